from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from importlint.check import check
from importlint.config import load_settings
from importlint.discovery import Sources, discover
from importlint.errors import UsageError
from importlint.project import Project
from tests.trees import Tree


def discovered(root: Path, files: Mapping[str, str], *paths: str, **flags: object) -> Sources:
    Tree(files).write(root)
    return discover(paths or (".",), load_settings(str(root), **flags), str(root))  # type: ignore[arg-type]


def names(sources: Sources) -> dict[str, str]:
    return {module.display: module.name for module in sources.modules}


def test_src_layout(tmp_path: Path) -> None:
    files = {"pyproject.toml": "", "src/pkg/__init__.py": "", "src/pkg/a.py": "", "tests/test_a.py": ""}
    sources = discovered(tmp_path, files)
    assert names(sources) == {
        "src/pkg/__init__.py": "pkg",
        "src/pkg/a.py": "pkg.a",
        "tests/test_a.py": "tests.test_a",
    }
    assert sources.roots == (str(tmp_path / "src"), str(tmp_path))


def test_flat_layout_with_several_packages(tmp_path: Path) -> None:
    files = {
        "setup.py": "",
        "one/__init__.py": "",
        "two/__init__.py": "",
        "two/sub/__init__.py": "",
        "three.py": "",
    }
    assert names(discovered(tmp_path, files)) == {
        "one/__init__.py": "one",
        "setup.py": "setup",
        "three.py": "three",
        "two/__init__.py": "two",
        "two/sub/__init__.py": "two.sub",
    }


@pytest.mark.parametrize("path", ["src/pkg", "src/pkg/sub", "src/pkg/sub/a.py", "src"])
def test_names_do_not_depend_on_what_is_given(tmp_path: Path, path: str) -> None:
    files = {
        "pyproject.toml": "",
        "src/pkg/__init__.py": "",
        "src/pkg/sub/__init__.py": "",
        "src/pkg/sub/a.py": "",
    }
    assert names(discovered(tmp_path, files, path))["src/pkg/sub/a.py"] == "pkg.sub.a"


def test_a_package_without_a_project_around_it(tmp_path: Path) -> None:
    files = {"lib/pkg/__init__.py": "", "lib/pkg/a.py": ""}
    sources = discovered(tmp_path, files, "lib/pkg")
    assert names(sources) == {"lib/pkg/__init__.py": "pkg", "lib/pkg/a.py": "pkg.a"}
    assert sources.roots == (str(tmp_path / "lib"),)


def test_a_single_script(tmp_path: Path) -> None:
    (module,) = discovered(
        tmp_path, {"tools/deploy": "#!/usr/bin/env python\n", "tools/x.py": ""}, "tools/deploy"
    ).modules
    assert (module.name, module.package) == ("deploy", "")
    assert module.search_path == (str(tmp_path / "tools"),)


def test_namespace_packages_below_src(tmp_path: Path) -> None:
    files = {"pyproject.toml": "", "src/ns/one/__init__.py": "", "src/ns/plain.py": ""}
    sources = discovered(tmp_path, files)
    assert names(sources) == {"src/ns/one/__init__.py": "ns.one", "src/ns/plain.py": "ns.plain"}
    assert all(module.search_path == sources.roots for module in sources.modules)


def test_scripts_and_tests_search_their_own_directory_first(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": "",
        "pkg/__init__.py": "",
        "tests/helpers.py": "",
        "tests/unit/__init__.py": "",
    }
    by_name = {module.name: module for module in discovered(tmp_path, files).modules}
    assert by_name["tests.helpers"].search_path == (str(tmp_path / "tests"), str(tmp_path))
    assert by_name["tests.unit"].search_path == (str(tmp_path),)
    assert by_name["tests.unit"].fallback_path == (str(tmp_path / "tests"), str(tmp_path))


def test_a_directory_inside_a_regular_package_is_no_place_of_scripts(tmp_path: Path) -> None:
    """It is an implicit namespace package: `a.b.m` finds `a.b.c` by that name only."""
    sources = discovered(tmp_path, {"pyproject.toml": "", "a/__init__.py": "", "a/b/m.py": ""}, "a/b/m.py")
    assert sources.modules[0].search_path == (str(tmp_path),)


def test_of_two_files_with_one_name_the_first_root_has_it(tmp_path: Path) -> None:
    files = {"pyproject.toml": "", "src/pkg/__init__.py": "", "pkg/__init__.py": ""}
    assert names(discovered(tmp_path, files)) == {
        "pkg/__init__.py": "pkg/__init__.py",
        "src/pkg/__init__.py": "pkg",
    }


def test_a_name_starts_below_what_cannot_be_imported(tmp_path: Path) -> None:
    files = {"pyproject.toml": "", "my-scripts/tool.py": "", "my-scripts/sub/x.py": ""}
    assert names(discovered(tmp_path, files)) == {
        "my-scripts/sub/x.py": "sub.x",
        "my-scripts/tool.py": "tool",
    }


def test_source_roots_of_the_settings(tmp_path: Path) -> None:
    files = {"importlint.toml": 'source-roots = ["lib"]\n', "lib/pkg/a.py": "", "run.py": ""}
    sources = discovered(tmp_path, files)
    assert names(sources) == {"lib/pkg/a.py": "pkg.a", "run.py": "run"}
    assert sources.roots == (str(tmp_path / "lib"),)


EXCLUDED = {
    "a.py": "",
    ".git/HEAD": "",
    ".git/hooks/x.py": "",
    ".venv/lib/python3.12/site-packages/x.py": "",
    "env-of-mine/pyvenv.cfg": "",
    "env-of-mine/lib/x.py": "",
    "__pycache__/a.py": "",
    "node_modules/x.py": "",
    "build/lib/a.py": "",
    "dist/a.py": "",
    "build_tools/b.py": "",
    ".gitignore": "generated/\n*_pb2.py\n!kept_pb2.py\n",
    "generated/x.py": "",
    "x_pb2.py": "",
    "kept_pb2.py": "",
    "sub/.gitignore": "/local.py\n",
    "sub/local.py": "",
    "sub/deeper/local.py": "",
}


def test_default_excludes(tmp_path: Path) -> None:
    assert set(names(discovered(tmp_path, EXCLUDED))) == {
        "a.py",
        "build_tools/b.py",
        "kept_pb2.py",
        "sub/deeper/local.py",
    }


def test_gitignore_can_be_ignored(tmp_path: Path) -> None:
    shown = names(discovered(tmp_path, {**EXCLUDED, "importlint.toml": "respect-gitignore = false\n"}))
    assert {"generated/x.py", "x_pb2.py", "sub/local.py"} <= set(shown)


@pytest.mark.parametrize("path", [".venv/lib/python3.12/site-packages", "generated", "build/lib", "x_pb2.py"])
def test_what_is_asked_for_by_name_is_not_excluded(tmp_path: Path, path: str) -> None:
    assert len(names(discovered(tmp_path, EXCLUDED, path))) == 1


def test_a_package_named_build_is_no_build_output(tmp_path: Path) -> None:
    assert set(names(discovered(tmp_path, {"src/build/__init__.py": "", "build/x.py": ""}))) == {
        "src/build/__init__.py"
    }


def test_exclude_patterns_are_relative_to_the_settings(tmp_path: Path) -> None:
    files = {
        "importlint.toml": 'extend-exclude = ["/vendor", "*.gen.py"]\n',
        "vendor/a.py": "",
        "b/vendor/c.py": "",
        "d.gen.py": "",
    }
    assert set(names(discovered(tmp_path, files))) == {"b/vendor/c.py"}


def test_links_are_not_followed_for_ever(tmp_path: Path) -> None:
    Tree({"pkg/__init__.py": "", "outside/x.py": "", "top/pkg/__init__.py": ""}).write(tmp_path)
    (tmp_path / "top/pkg/loop").symlink_to(tmp_path / "top")
    (tmp_path / "top/linked").symlink_to(tmp_path / "outside")
    (tmp_path / "top/dangling.py").symlink_to(tmp_path / "nowhere.py")
    shown = names(discover(("top",), load_settings(str(tmp_path)), str(tmp_path)))
    assert set(shown) == {"top/pkg/__init__.py", "top/linked/x.py", "top/dangling.py"}


def test_a_missing_path_is_an_error_by_name(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="`nowhere`"):
        discovered(tmp_path, {"a.py": ""}, "a.py", "nowhere")


def test_the_order_of_paths_does_not_matter(tmp_path: Path) -> None:
    files = {"pyproject.toml": "", "a/__init__.py": "", "b/__init__.py": "", "c.py": ""}
    assert discovered(tmp_path, files, "b", "c.py", "a") == discovered(
        tmp_path, files, "a", "b", "c.py", "a/"
    )


@pytest.mark.parametrize(
    ("files", "note"),
    [
        ({"a.txt": ""}, "nothing to check in `.`: it has no Python files, environments apart"),
        ({"env/pyvenv.cfg": "", "env/a.py": ""}, "it has no Python files, environments apart"),
        ({".gitignore": "*", "a.py": ""}, "all its Python files are excluded, by `.gitignore`"),
        ({"a/.gitignore": "*.py", "a/b.py": ""}, "by `a/.gitignore`"),
        ({".gitignore": "/a", "a/b/c.py": "", "d/": ""}, "by `.gitignore`"),
        ({"importlint.toml": 'exclude = ["*.py"]', "a.py": ""}, "by importlint.toml: `exclude`"),
        ({"node_modules/a.py": ""}, "by the default of the setting `exclude`"),
        ({"build/a.py": ""}, "by its name, `build`, which is one of build output"),
    ],
)
def test_a_path_without_files_to_check_has_a_note(
    tmp_path: Path, files: Mapping[str, str], note: str
) -> None:
    sources = discovered(tmp_path, files)
    assert not sources.modules
    (said,) = sources.notes
    assert said.startswith("nothing to check in `.`: ")
    assert said.endswith(note)
    assert check(Project(load_settings(str(tmp_path)), (".",), str(tmp_path))).notes == (said,)


def test_the_note_is_about_the_path_that_has_nothing(tmp_path: Path) -> None:
    sources = discovered(tmp_path, {"src/a.py": "", "docs/a.txt": ""}, "src", "docs")
    assert sources.notes == ("nothing to check in `docs`: it has no Python files, environments apart",)
    assert discovered(tmp_path, {}, "src").notes == ()


# ---- what git ignores

BRANCHES = ("", "a/", "b/", "ab/", "a/a/", "a/b/", "b/a/", "a/b/ab/")
WORKTREE = {f"{branch}{name}": "" for branch in BRANCHES for name in ("a.py", "b.py", "ab.py")}

SEGMENTS = (
    *("a", "b", "ab", "a.py", "*.py", "*", "**", "***", "?", "a*", "*b", "a**", "**b", "?.py", "**.py"),
    *("[ab]", "[!a]", "[^a]*", "[a-b].py", "[b-a]", "[]a]", "[a-]", "[[:alpha:]]", "[[:none:]]", "[", "[a"),
    *("\\a", "\\", "\\*", "", " ", "a ", "a\\ ", "{a,b}", "a+", "."),
)


@st.composite
def pattern_lines(draw: st.DrawFn) -> str:
    segments = draw(st.lists(st.sampled_from(SEGMENTS), min_size=1, max_size=3))
    ends = draw(st.sampled_from(("", "", "/", " ", "/ ", "#")))
    return draw(st.sampled_from(("", "", "!", "!", "/", "!/", "#"))) + "/".join(segments) + ends


GITIGNORES = st.lists(pattern_lines(), max_size=5).map("\n".join)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is what it is compared with")
@given(top=GITIGNORES, nested=GITIGNORES)
@example(top="*\n!*/\n!*.py", nested="")
@example(top="a/**\n!a/b/", nested="*\n!b.py")
@example(top="/*\n!/a/\n", nested="*.py\r\n!/b/**/ab.py\r\n")
@example(top="\ufeffa.py\n[b-a].py", nested="a/**b\n")
@settings(max_examples=60)
def test_what_git_ignores_is_left_out(top: str, nested: str) -> None:
    with Tree({**WORKTREE, ".gitignore": top, "a/.gitignore": nested}).written() as root:
        assert set(names(discovered(root, {}, exclude=[]))) == kept_by_git(root)


def kept_by_git(root: Path) -> set[str]:
    """The Python files that git would add."""
    subprocess.run(("git", "init", "--quiet", "--template="), cwd=root, check=True)
    command = ("git", "ls-files", "--others", "--exclude-per-directory=.gitignore", "-z", "*.py")
    listed = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout
    return set(listed.split("\0")) - {""}
