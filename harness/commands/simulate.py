"""`ptychoparity simulate RECIPE --out scan.npz`: a scan of known truth, from a recipe."""

from pathlib import Path

from ptychoparity.core.errors import UsageError
from ptychoparity.core.nearest import did_you_mean
from ptychoparity.fixtures import simulate
from ptychoparity.fixtures.recipe import Recipe, read


def chosen(text: str, seed: int | None) -> Recipe:
    """The recipe in a file, or one of those that come along, by its name."""
    known = sorted(path.stem for path in simulate.RECIPES.glob("*.json"))
    if text in known:
        recipe = simulate.named_recipe(text)
    elif not Path(text).exists():
        hint = did_you_mean(text, known)
        listed = f"the recipes that come along are {', '.join(known)}"
        raise UsageError(f"{text}: no such recipe file; {hint or listed}")
    else:
        recipe = read(Path(text))
    if seed is not None and isinstance(recipe, dict):
        recipe["seed"] = seed
    return recipe


def run(recipe: str, out: Path, seed: int | None) -> int:
    if out.suffix != ".npz":
        raise UsageError(f"--out must end in .npz, got {out}")
    wanted = chosen(recipe, seed)
    try:
        arrays = simulate.write(out, wanted)
    except OSError as error:
        raise UsageError(f"--out {out}: no scan can be written there: {error.strerror}") from error
    told = simulate.provenance(out)
    count, N, _ = arrays["diff3d"].shape
    height, width = arrays["objectGuess"].shape
    print(f"{out}: {count} patterns of {N} x {N} ({told['units']['diff3d']}), object {height} x {width}")
    print(f"sha256 of its arrays {told['sha256']}")
    return 0
