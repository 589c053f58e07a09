"""The import graph as text, JSON, DOT or Mermaid."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from importlint.graph.graph import Edge, ImportGraph
from importlint.syntax.flow import Phase

_MARKS = {
    Phase.PROGRAM.value: "as a program",
    Phase.DEFERRED.value: "deferred",
    Phase.LAZY.value: "lazy",
    Phase.TYPING.value: "typing only",
}


def render_graph(graph: ImportGraph, output_format: str) -> str:
    """The graph in one of `FORMATS`."""
    return FORMATS[output_format](graph)


def _text(graph: ImportGraph) -> str:
    """A module a line, with what it imports below it and where."""
    return "".join(line + "\n" for line in _text_lines(graph))


def _text_lines(graph: ImportGraph) -> Iterator[str]:
    for module in sorted(graph.modules):
        yield module
        for edge in _explicit(graph, module):
            marks = [_MARKS[edge.phase]] if edge.phase in _MARKS else []
            marks += ["conditional"] * edge.conditional + ["dynamic"] * edge.dynamic
            place = f"{edge.location.path}:{edge.location.span.line}"
            yield f"    {edge.imported}  {place}" + (f"  ({', '.join(marks)})" if marks else "")


def _json(graph: ImportGraph) -> str:
    """One object: the modules, and every edge with its place."""
    import json

    edges = [
        {
            "importer": edge.importer,
            "imported": edge.imported,
            "phase": edge.phase,
            "conditional": edge.conditional,
            "dynamic": edge.dynamic,
            "implicit": edge.implicit,
            "path": edge.location.path,
            "line": edge.location.span.line,
            "column": edge.location.span.column,
            "statement": edge.statement,
        }
        for edge in graph.edges
    ]
    return json.dumps({"version": 1, "modules": sorted(graph.modules), "edges": edges}, indent=2) + "\n"


def _dot(graph: ImportGraph) -> str:
    lines = [f'  "{module}";' for module in sorted(graph.modules)]
    for (importer, imported), phase in _arrows(graph).items():
        style = "" if phase == Phase.IMPORT_TIME.value else " [style=dashed]"
        lines.append(f'  "{importer}" -> "{imported}"{style};')
    return "digraph imports {\n  rankdir=LR;\n" + "".join(line + "\n" for line in lines) + "}\n"


def _mermaid(graph: ImportGraph) -> str:
    """Names as they are would be read as Mermaid's own words (`end`), so nodes are numbered."""
    arrows = _arrows(graph)
    numbers = {
        name: f"m{number}" for number, name in enumerate(sorted(graph.modules | {end for _, end in arrows}))
    }
    lines = [f'  {number}["{name}"]' for name, number in numbers.items()]
    for (importer, imported), phase in arrows.items():
        arrow = "-->" if phase == Phase.IMPORT_TIME.value else "-.->"
        lines.append(f"  {numbers[importer]} {arrow} {numbers[imported]}")
    return "flowchart LR\n" + "".join(line + "\n" for line in lines)


def _explicit(graph: ImportGraph, module: str) -> list[Edge]:
    return sorted(
        (edge for edge in graph.imports.get(module, ()) if not edge.implicit),
        key=lambda edge: (edge.location, edge.imported),
    )


def _arrows(graph: ImportGraph) -> Mapping[tuple[str, str], str]:
    """One arrow for each pair of the project's own modules, with its earliest phase."""
    order = [phase.value for phase in Phase]
    arrows: dict[tuple[str, str], str] = {}
    for edge in graph.edges:
        if not edge.implicit and edge.imported in graph.modules:
            pair = (edge.importer, edge.imported)
            arrows[pair] = min(arrows.get(pair, edge.phase), edge.phase, key=order.index)
    return dict(sorted(arrows.items()))


FORMATS: Mapping[str, Callable[[ImportGraph], str]] = {
    "text": _text,
    "json": _json,
    "dot": _dot,
    "mermaid": _mermaid,
}
"""What `importlint graph --output-format` offers."""
