"""Which files are there to be imported."""

from __future__ import annotations

from pathlib import Path

from importlint.config import load_settings
from importlint.project import Project
from tests.trees import Tree

GUARD = "if __name__ == '__main__':\n    print(1)\n"

IMPORTABLE = {
    "shop/__init__.py": "",
    "shop/cart.py": "",
    "shop/guarded.py": GUARD,
    "shop/both.py": f"#!/usr/bin/env python3\n{GUARD}",
    "shop/user.py": "from shop import both\nimport helper\n",
    "helper.py": "",
    "namespace/part.py": "",
}
NOT = {
    "shop/__main__.py": "",
    "shop/tool.py": "#!/usr/bin/env python3\n",
    "shop/named.py": "",
    "shop/tests/__init__.py": "",
    "shop/tests/things.py": "",
    "shop/test_cart.py": "",
    "shop/settings.py": "",
    "shop/not-a-name.py": "",
    "shop/scripts/fill.py": "",
    "docs/conf.py": "",
    "tests/things.py": "import only_tested\n",
    "only_tested.py": GUARD,
    "other.py": "import namespace.part\n",
    "itself.py": "import itself\n",
    "conftest.py": "",
    "setup.py": "",
    "run.py": GUARD,
    "unguarded.py": "#!/usr/bin/env python3\n",
    "asks.py": "import unguarded\n",
}
COMMANDS = {"Makefile": "all:\n\tpython -m shop.named\n", "pyproject.toml": ""}


def test_importable_modules(tmp_path: Path) -> None:
    root = Tree({**IMPORTABLE, **NOT, **COMMANDS}).write(tmp_path.resolve())
    project = Project(load_settings(str(root), path=[]), (".",), cwd=str(root))
    assert sorted(module.display for module in project.importable_modules) == sorted(IMPORTABLE)
