"""The generated parts of `sim/ODD.md`: schedule, rules and parameters, read from the code so that text and model cannot part ways.

`python -m sim.odd` writes them between their markers; a test fails when the file differs from what the code says.
"""
import inspect
import re
from pathlib import Path

ODD = Path(__file__).parent / "ODD.md"


def schedule() -> str:
    """One period, stage by stage: the docstring of `kernel.advance`."""
    from sim.core.kernel import advance
    return inspect.cleandoc(advance.py_func.__doc__).split("\n", 2)[2].strip()


def rules() -> str:
    """Every rule of `core/rules.py` with its first sentence."""
    from sim.core import rules as module
    rows = ["| rule | what it says |", "|---|---|"]
    for name, rule in vars(module).items():
        function = getattr(rule, "py_func", None)
        if function is not None and function.__module__ == module.__name__:
            rows.append(f"| `{name}({', '.join(inspect.signature(function).parameters)})` | {_in_a_cell(function.__doc__)} |")
    return "\n".join(rows)


def parameters() -> str:
    """Every parameter of the default scenario: value, unit, meaning and source."""
    from sim.scenario import load
    from sim.scenario.words import explain
    rows = ["| parameter | value | unit | meaning | source |", "|---|---|---|---|---|"]
    rows += [f"| `{row.path}` | {row.value} | {row.unit} | {_in_a_cell(row.meaning)} | {_in_a_cell(row.source)} |"
             for row in explain(load("default")) if row.section not in ("strategies", "events")]
    return "\n".join(rows)


def _in_a_cell(text: str | None) -> str:
    return " ".join((text or "").replace("|", "\\|").split())


PARTS = {"schedule": schedule, "rules": rules, "parameters": parameters}


def filled(text: str) -> str:
    """`text` with the parts between `<!-- NAME -->` and `<!-- /NAME -->` as the code has them now."""
    for name, part in PARTS.items():
        pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        content = f"```\n{part()}\n```" if name == "schedule" else part()
        text = pattern.sub(lambda found, content=content: f"{found[1]}{content}\n{found[2]}", text)
    return text


if __name__ == "__main__":
    ODD.write_text(filled(ODD.read_text(encoding="utf-8")), encoding="utf-8")
