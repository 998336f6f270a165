"""Every way to break one condition of a module: comparisons, `and`/`or`/`not`, branches, numbers, single statements."""

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeGuard

SWAPS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
TEXTS = {"str", "tuple[str, ...]"}
SPEAKING = {"report", "stamp", "seen", "ms"}
"""Calls that word a finding: a changed sentence is no changed condition."""


@dataclass(frozen=True)
class Mutant:
    """A module with one thing broken; *what* says it without line numbers, so that it keeps its name."""

    what: str
    line: int
    tree: ast.Module


def mutants_of(source: str) -> Iterator[Mutant]:
    tree = ast.parse(source)
    wording = _wording(tree) | {id(n) for guard in ast.walk(tree) if _is_guard(guard) for n in ast.walk(guard.test)}
    for number, node in enumerate(ast.walk(tree)):
        for what, change in _changes(node) if id(node) not in wording else ():
            broken = copy.deepcopy(tree)
            twin = next(n for position, n in enumerate(ast.walk(broken)) if position == number)
            change(twin)
            yield Mutant(f"{_where(tree, node)}: {what}", getattr(node, "lineno", 0), ast.fix_missing_locations(broken))


def _wording(tree: ast.Module) -> set[int]:
    """Give the nodes that only choose words or facts to go with them: no verdict depends on them.

    What stands in an f-string, decides between two texts, between a fact and none, or in a function that gives text.
    """
    nodes = list(ast.walk(tree))
    chooses = [n for n in nodes if isinstance(n, ast.IfExp) and any(map(_is_text, (n.body, n.orelse)))]
    texts = [n for n in nodes if isinstance(n, ast.JoinedStr)]
    writers = [n for n in nodes if isinstance(n, ast.FunctionDef) and n.returns and ast.unparse(n.returns) in TEXTS]
    return {id(inner) for node in (*chooses, *texts, *writers) for inner in ast.walk(node)}


def _is_text(node: ast.expr) -> bool:
    text = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return text or isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Tuple) and not node.elts)


Change = Callable[[ast.AST], None]


def _changes(node: ast.AST) -> Iterator[tuple[str, Change]]:
    if isinstance(node, ast.Compare):
        yield from _swapped(node)
    elif isinstance(node, ast.BoolOp):
        other = ast.Or if isinstance(node.op, ast.And) else ast.And
        yield f"`{ast.unparse(node)}` with {other.__name__}", lambda n, other=other: setattr(n, "op", other())
        for position, value in enumerate(node.values):
            if _guards_a_type(value):
                continue
            yield f"`{ast.unparse(node)}` without `{ast.unparse(value)}`", lambda n, p=position: n.values.pop(p)
    elif isinstance(node, ast.If | ast.IfExp) and not (_guards_a_type(node.test) or _is_guard(node)):
        for truth in (True, False):
            yield (
                f"`if {ast.unparse(node.test)}` always {truth}",
                lambda n, t=truth: setattr(n, "test", ast.Constant(t)),
            )
    elif isinstance(node, ast.comprehension):
        for position, test in enumerate(node.ifs):
            yield f"all, not only `{ast.unparse(test)}`", lambda n, p=position: n.ifs.pop(p)
    elif isinstance(node, ast.FunctionDef):
        yield from _without_statements(node)


def _swapped(node: ast.Compare) -> Iterator[tuple[str, Change]]:
    if len(node.ops) > 1 or _guards_a_type(node):
        return
    swaps = SWAPS[type(node.ops[0])]
    # No two records have one number: at the boundary nothing can be seen.
    for swap in swaps[1:] if ".seq" in ast.unparse(node) else swaps:
        yield f"`{ast.unparse(node)}` with {swap.__name__}", lambda n, swap=swap: setattr(n, "ops", [swap()])


def _guards_a_type(test: ast.expr) -> bool:
    """Say whether a test is what the type checker asks for: a plain name compared with `None`."""
    return (
        isinstance(test, ast.Compare) and isinstance(test.left, ast.Name) and ast.unparse(test.comparators[0]) == "None"
    )


def _is_guard(node: ast.AST) -> TypeGuard[ast.If]:
    """Say whether a branch does nothing but leave when something is `None` that its callers have looked at."""
    if not isinstance(node, ast.If) or not isinstance(node.body[0], ast.Return) or node.body[0].value is not None:
        return False
    tests = node.test.values if isinstance(node.test, ast.BoolOp) else [node.test]
    return all(isinstance(t, ast.Compare) and ast.unparse(t).endswith(" is None") for t in tests)


def _without_statements(function: ast.FunctionDef) -> Iterator[tuple[str, Change]]:
    for position, statement in enumerate(function.body):
        call = statement.value if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call) else None
        speaks = call is not None and ast.unparse(call.func).rpartition(".")[2] in SPEAKING
        assigns = isinstance(statement, ast.Assign | ast.AugAssign) and not isinstance(
            statement.targets[0] if isinstance(statement, ast.Assign) else statement.target, ast.Name | ast.Tuple
        )
        if (call is not None and not speaks) or assigns or isinstance(statement, ast.Delete):
            yield (
                f"without `{ast.unparse(statement)}`",
                lambda n, p=position: n.body.__setitem__(p, ast.Pass()),
            )


def _where(tree: ast.Module, node: ast.AST) -> str:
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and any(m is node for m in ast.walk(n))]
    return functions[-1].name if functions else "module"
