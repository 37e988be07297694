"""How hard synthetic records are to tell from real ones.

Splits a table, trains a model from one part with `genesis fit`, makes as many records with `genesis stream`, and prints
one line of figures per stream, next to what real rows reach (README.md says what each figure is).
"""

import argparse
import shlex
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np
import pandas as pd

import measures

warnings.filterwarnings("ignore")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--table", required=True, type=Path, help="CSV file with a header")
    parser.add_argument("--target", help="column to predict for TSTR, of two values; the last column if left out")
    parser.add_argument("--hidden", default="64", help="as in genesis fit (default 64)")
    parser.add_argument("--seed", type=int, default=1, help="of the split and of training")
    parser.add_argument("--streams", type=int, default=3, help="streams to measure, each of another seed")
    parser.add_argument("--genesis", default="node dist/cli/main.js", help="the command to run")
    parser.add_argument("--keep", type=Path, help="folder to leave the split, the model and the records in")
    return parser.parse_args()


def split(table: pd.DataFrame, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Three quarters to train from, one quarter held out."""
    order = np.random.default_rng(seed).permutation(len(table))
    cut = len(table) * 3 // 4
    return table.iloc[order[:cut]].reset_index(drop=True), table.iloc[order[cut:]].reset_index(drop=True)


def genesis(command: str, *options: str) -> None:
    subprocess.run([*shlex.split(command), *options], check=True, stderr=subprocess.PIPE, text=True)


def main() -> None:
    options = arguments()
    table = pd.read_csv(options.table)
    target = options.target or table.columns[-1]
    train, held_out = split(table, options.seed)
    folder = options.keep or Path(tempfile.mkdtemp(prefix="fidelity-"))
    folder.mkdir(parents=True, exist_ok=True)
    train.to_csv(folder / "train.csv", index=False)
    held_out.to_csv(folder / "held-out.csv", index=False)

    began = time.monotonic()
    model = folder / "model.json"
    genesis(options.genesis, "fit", str(folder / "train.csv"), "--out", str(model), "--hidden", options.hidden,
            "--seed", str(options.seed))
    print(f"{options.table.name}: {len(train)} rows to train from, {len(held_out)} held out; "
          f"fitted in {time.monotonic() - began:.1f} s, {model.stat().st_size / 1000:.0f} kB")

    print(measures.heading())
    print(measures.line("held-out rows", measures.of_real(train, held_out, target)))
    rows = []
    for seed in range(options.streams):
        records = folder / f"records-{seed}.csv"
        genesis(options.genesis, "stream", str(model), "--format", "csv", "--max-records", str(len(train)),
                "--seed", str(seed), "--output", str(records))
        synthetic = pd.read_csv(records)[list(table.columns)]
        rows.append(measures.of_synthetic(train, held_out, synthetic, target))
        print(measures.line(f"stream {seed}", rows[-1]))
        sys.stdout.flush()
    print(measures.line("mean", {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}))


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(f"{' '.join(error.cmd)}\n{error.stderr}")
