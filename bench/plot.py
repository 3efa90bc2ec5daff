"""Draw recall against time and against memory; part of `alternatives.py`, run where matplotlib is.

Called as `python plot.py PICTURE`, with the lines as JSON on standard input.
"""

import json
import sys
from typing import Any

import matplotlib as mpl

mpl.use("svg" if sys.argv[1].endswith(".svg") else "agg")
from matplotlib import pyplot as plt
from matplotlib.ticker import NullFormatter, ScalarFormatter

_AXES = {"p50_ms": "a query, p50, ms (log)", "rss_mb": "memory of the process, MiB (log)"}


def main() -> None:
    """Read the lines and write the picture."""
    tasks: dict[str, list[dict[str, Any]]] = json.load(sys.stdin)
    mpl.rcParams["svg.hashsalt"] = "memlane"
    mpl.rcParams["svg.fonttype"] = "none"
    mpl.rcParams["font.size"] = 8
    figure, grid = plt.subplots(len(tasks), len(_AXES), figsize=(9, 3.2 * len(tasks)), squeeze=False, sharey="row")
    markers = "osD^vPX*"
    for row, (task, lines) in zip(grid, tasks.items(), strict=True):
        for axes, (field, title) in zip(row, _AXES.items(), strict=True):
            for number, line in enumerate(lines):
                label = line["system"].replace("`", "")
                axes.plot(line[field], 100 * line["recall_10"], markers[number % len(markers)], label=label)
            axes.set(xscale="log", xlabel=title, title=task)
            axes.xaxis.set_major_formatter(ScalarFormatter())
            axes.xaxis.set_minor_formatter(NullFormatter())
            axes.grid(visible=True, which="both", alpha=0.2)
        row[0].set_ylabel("messages R@10, percent")
    handles, labels = grid[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="lower center", ncols=4, frameon=False)
    figure.tight_layout(rect=(0, 0.3 / (3.2 * len(tasks)) + 0.06, 1, 1))
    figure.savefig(sys.argv[1], metadata={"Date": None} if sys.argv[1].endswith(".svg") else None, dpi=110)


if __name__ == "__main__":
    main()
