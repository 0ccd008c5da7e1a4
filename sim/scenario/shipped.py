"""Which scenarios come with Tenure, and where their files are."""

from pathlib import Path

HERE = Path(__file__).resolve().parent


def shipped() -> dict[str, Path]:
    """Name -> file of every scenario that comes with Tenure, in alphabetical order.

    A clone keeps them in `scenarios/` beside the package, where they are edited; an installed copy within the package.
    """
    clone, installed = HERE.parents[1] / "scenarios", HERE / "shipped"
    folder = clone if (clone / "default.yaml").is_file() else installed
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}
