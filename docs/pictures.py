"""Draw the figures that the README shows: ``python docs/pictures.py`` writes them into figures/."""

from pathlib import Path

import tradeanalysis as ta

FIGURES = Path(__file__).parents[1] / "figures"


def main() -> None:
    """Three figures on Vietnam."""
    world = ta.example("world_2020")
    exports = ta.partners(world, reporter="VNM", flow="export")
    farms = ta.example("vn_agri_2019").query("year == 2019")
    shares = farms.assign(share=farms["value"] / farms.groupby("product")["value"].transform("sum"))
    shares = shares.merge(ta.measure(farms, ta.hhi, by="product")[["product", "hhi"]], on="product")
    drawn = {
        "ranking": ta.figures.ranking(exports),
        "tilemap": ta.figures.tilemap(exports),
        "heatmap": ta.figures.heatmap(shares),
    }
    for name, ax in drawn.items():
        path = FIGURES / f"readme_{name}.svg"
        path.unlink(missing_ok=True)
        ta.figures.save(ax, path)


if __name__ == "__main__":
    main()
