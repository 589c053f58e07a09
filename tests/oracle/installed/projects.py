"""One small project for each way to install in place: what the back ends write is then read, and run."""

from __future__ import annotations

from msgspec import Struct

from tests.trees import Tree


class EditableProject(Struct, frozen=True, kw_only=True):
    """A project, and how `pip install -e` is asked to install it."""

    name: str
    backend: str
    tool: str = ""
    """The tables of `pyproject.toml` below `[project]`."""
    layout: str = ""
    """The directory of the package: empty or `src/`."""
    files: dict[str, str] = {}
    """Besides the package."""
    mode: str | None = None
    """`editable_mode`, for setuptools."""
    develop: bool = False
    """Whether to run `setup.py develop`, as pip once did."""

    @property
    def package(self) -> str:
        """The name of its package."""
        return self.name.replace("-", "_")

    @property
    def requires(self) -> str:
        """The distribution of its back end."""
        return self.backend.partition(".")[0].replace("mesonpy", "meson-python").replace("_", "-")

    @property
    def tree(self) -> Tree:
        """Its files."""
        build = f'[build-system]\nrequires = ["{self.requires}"]\nbuild-backend = "{self.backend}"\n'
        project = f'[project]\nname = "{self.name}"\nversion = "1.0"\n'
        place = self.layout + self.package
        return Tree(
            {
                "pyproject.toml": build + project + self.tool.replace("PACKAGE", self.package),
                f"{place}/__init__.py": "",
                f"{place}/inner.py": "",
                f"{place}/sub/__init__.py": "",
                f"{place}/sub/leaf.py": "",
                f"{place}/data/raw.py": "",
                "beside.py": "",
                **{
                    path.replace("PACKAGE", self.package): text.replace("PACKAGE", self.package)
                    for path, text in self.files.items()
                },
            }
        )


_SETUPTOOLS = "setuptools.build_meta"
_FLAT = '[tool.setuptools]\npackages = ["PACKAGE", "PACKAGE.sub"]\n'
_MANY = """
[tool.setuptools]
packages = [
  "PACKAGE", "PACKAGE.sub", "PACKAGE_moved", "PACKAGE_moved.deep", "PACKAGE_space.part", "PACKAGE_space.two.x",
]
py-modules = ["PACKAGE_single"]
[tool.setuptools.package-dir]
PACKAGE_moved = "elsewhere"
"PACKAGE_space.part" = "portion"
"""
_MANY_FILES = {
    "PACKAGE_single.py": "",
    "elsewhere/__init__.py": "",
    "elsewhere/m.py": "",
    "elsewhere/deep/__init__.py": "",
    "elsewhere/deep/n.py": "",
    "portion/__init__.py": "",
    "portion/p.py": "",
    "PACKAGE_space/two/x/__init__.py": "",
    "PACKAGE_space/two/x/y.py": "",
}

_POETRY = """
[tool.poetry]
name = "poetry-path"
version = "1.0"
description = ""
authors = []
packages = [{ include = "PACKAGE", from = "src" }]
"""
_CMAKE = """
cmake_minimum_required(VERSION 3.15)
project(PACKAGE LANGUAGES NONE)
file(WRITE ${CMAKE_BINARY_DIR}/generated.py "x = 1\\n")
install(FILES ${CMAKE_BINARY_DIR}/generated.py DESTINATION PACKAGE)
install(FILES ${CMAKE_BINARY_DIR}/generated.py DESTINATION PACKAGE/space)
install(FILES ${CMAKE_BINARY_DIR}/generated.py DESTINATION PACKAGE_built)
"""
_MESON = """
project('PACKAGE', version: '1.0')
py = import('python').find_installation(pure: true)
py.install_sources('PACKAGE/__init__.py', 'PACKAGE/inner.py', subdir: 'PACKAGE')
install_subdir(
  'PACKAGE/sub', install_dir: py.get_install_dir() / 'PACKAGE',
  exclude_files: ['hidden.py'], exclude_directories: ['no'],
)
py.install_sources('PACKAGE_single.py')
py.install_sources('beside.py', subdir: 'PACKAGE_space/inner')
"""
_MESON_FILES = {
    "meson.build": _MESON,
    "PACKAGE_single.py": "",
    "PACKAGE/not_installed.py": "",
    "PACKAGE/sub/hidden.py": "",
    "PACKAGE/sub/no/x.py": "",
    "PACKAGE/sub/directory/y.py": "",
}
_CARGO = '[package]\nname = "maturin-path"\nversion = "1.0.0"\nedition = "2021"\n'

PROJECTS = (
    EditableProject(
        name="setuptools-legacy",
        backend=_SETUPTOOLS,
        tool=_FLAT,
        files={"setup.py": "from setuptools import setup\nsetup()\n"},
        develop=True,
    ),
    EditableProject(name="setuptools-compat", backend=_SETUPTOOLS, tool=_FLAT, mode="compat"),
    EditableProject(
        name="setuptools-strict", backend=_SETUPTOOLS, tool=_MANY, files=_MANY_FILES, mode="strict"
    ),
    EditableProject(name="setuptools-finder", backend=_SETUPTOOLS, tool=_MANY, files=_MANY_FILES),
    EditableProject(name="setuptools-src", backend=_SETUPTOOLS, layout="src/"),
    EditableProject(name="hatchling-path", backend="hatchling.build", layout="src/"),
    EditableProject(
        name="hatchling-exact", backend="hatchling.build", tool="[tool.hatch.build]\ndev-mode-exact = true\n"
    ),
    EditableProject(name="pdm-path", backend="pdm.backend", layout="src/"),
    EditableProject(
        name="pdm-editables", backend="pdm.backend", tool='[tool.pdm.build]\neditable-backend = "editables"\n'
    ),
    EditableProject(name="poetry-path", backend="poetry.core.masonry.api", tool=_POETRY, layout="src/"),
    EditableProject(
        name="flit-path",
        backend="flit_core.buildapi",
        tool='description = "a flit project"\n',
        layout="src/",
    ),
    EditableProject(name="uv-path", backend="uv_build", layout="src/"),
    EditableProject(
        name="scikit-redirect",
        backend="scikit_build_core.build",
        tool='[tool.scikit-build]\nwheel.packages = ["src/PACKAGE"]\n',
        layout="src/",
        files={"CMakeLists.txt": _CMAKE},
    ),
    EditableProject(
        name="scikit-inplace",
        backend="scikit_build_core.build",
        tool='[tool.scikit-build]\neditable.mode = "inplace"\nwheel.packages = ["src/PACKAGE"]\n',
        layout="src/",
        files={"CMakeLists.txt": "cmake_minimum_required(VERSION 3.15)\nproject(PACKAGE LANGUAGES NONE)\n"},
    ),
    EditableProject(name="meson-plan", backend="mesonpy", files=_MESON_FILES),
    EditableProject(
        name="maturin-path",
        backend="maturin",
        tool='[tool.maturin]\nbindings = "bin"\npython-source = "src"\nmodule-name = "PACKAGE"\n',
        layout="src/",
        files={"Cargo.toml": _CARGO, "src/main.rs": "fn main() {}\n"},
    ),
)
