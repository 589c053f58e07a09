"""The CPythons that the differential tests ask."""

import pytest

from tests.cpython import CPython, installed


@pytest.fixture(params=installed(), ids=repr, scope="session")
def cpython(request: pytest.FixtureRequest) -> CPython:
    """Each installed minor version in turn."""
    answer: CPython = request.param
    return answer
