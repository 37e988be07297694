"""The figures of README.md, from tables with the same columns."""

import numpy as np
import pandas as pd
from sdmetrics.reports.single_table import QualityReport
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.neighbors import NearestNeighbors

NAMES = ["quality", "shapes", "trends", "C2ST", "TSTR", "DCR", "broken"]
# HistGradientBoosting takes at most 255 categories; nearest neighbours of more rows say nothing more.
MOST_CATEGORIES = 250
MOST_NEIGHBOURS = 5000

Figures = dict[str, float]


def heading() -> str:
    return f"{'':<14}" + "".join(f"{name:>9}" for name in NAMES)


def line(label: str, figures: Figures) -> str:
    cells = (f"{figures[name]:9.4f}" if name in figures and figures[name] == figures[name] else f"{'–':>9}" for name in NAMES)
    return f"{label:<14}" + "".join(cells)


def of_real(train: pd.DataFrame, held_out: pd.DataFrame, target: str) -> Figures:
    coder = Coder(train, held_out)
    return {**quality(train, held_out, coder), "TSTR": prediction(train, held_out, target, coder),
            "broken": broken_dependencies(train, held_out)}


def of_synthetic(train: pd.DataFrame, held_out: pd.DataFrame, synthetic: pd.DataFrame, target: str) -> Figures:
    coder = Coder(train, held_out)
    return {
        **quality(train, synthetic, coder),
        "C2ST": detection(held_out, synthetic, coder),
        "TSTR": prediction(synthetic, held_out, target, coder),
        "DCR": closeness(train, held_out, synthetic, coder),
        "broken": broken_dependencies(pd.concat([train, held_out]), synthetic),
    }


class Coder:
    """Rows as numbers for a classifier, or as points for distances."""

    def __init__(self, train: pd.DataFrame, held_out: pd.DataFrame) -> None:
        everything = pd.concat([train, held_out])
        self.numbers = [name for name in train if pd.api.types.is_numeric_dtype(train[name])]
        self.categories = {
            name: list(everything[name].astype(str).value_counts().index[:MOST_CATEGORIES])
            for name in train
            if name not in self.numbers
        }
        self.low = everything[self.numbers].min()
        self.span = (everything[self.numbers].max() - self.low).replace(0, 1)

    def codes(self, table: pd.DataFrame) -> pd.DataFrame:
        columns = {
            name: table[name]
            if name in self.numbers
            else pd.Categorical(table[name].astype(str), categories=self.categories[name]).codes.astype(float)
            for name in table
        }
        return pd.DataFrame(columns).replace(-1.0, np.nan) if self.categories else pd.DataFrame(columns)

    def classifier(self, columns: list[str]) -> HistGradientBoostingClassifier:
        return HistGradientBoostingClassifier(
            categorical_features=[name in self.categories for name in columns], random_state=0
        )

    def points(self, table: pd.DataFrame) -> np.ndarray:
        """Numbers scaled to 0 … 1; two categories that differ are as far apart as the ends of a number."""
        parts = [((table[self.numbers] - self.low) / self.span).fillna(-1).to_numpy()]
        for name, values in self.categories.items():
            parts.append((table[name].astype(str).to_numpy()[:, None] == np.array(values)[None, :]) * np.sqrt(0.5))
        return np.hstack(parts).astype(np.float32)


def quality(real: pd.DataFrame, synthetic: pd.DataFrame, coder: Coder) -> Figures:
    kinds = {name: {"sdtype": "numerical" if name in coder.numbers else "categorical"} for name in real}
    report = QualityReport()
    report.generate(real, synthetic, {"columns": kinds}, verbose=False)
    scores = report.get_properties().set_index("Property")["Score"]
    return {"quality": report.get_score(), "shapes": scores["Column Shapes"], "trends": scores["Column Pair Trends"]}


def detection(held_out: pd.DataFrame, synthetic: pd.DataFrame, coder: Coder) -> float:
    """AUC of a classifier that tells synthetic from held-out rows, on rows it was not trained on."""
    picked = synthetic.sample(min(len(held_out), len(synthetic)), random_state=0)
    rows = pd.concat([coder.codes(held_out), coder.codes(picked)])
    real = np.r_[np.ones(len(held_out)), np.zeros(len(picked))]
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    classifier = coder.classifier(list(rows.columns))
    return roc_auc_score(real, cross_val_predict(classifier, rows, real, cv=folds, method="predict_proba")[:, 1])


def prediction(table: pd.DataFrame, held_out: pd.DataFrame, target: str, coder: Coder) -> float:
    """AUC, on held-out rows, of a classifier of `target` that was trained on `table`."""
    values = sorted(held_out[target].dropna().unique())
    if len(values) != 2 or table[target].nunique() != 2:
        return float("nan")
    columns = [name for name in held_out if name != target]
    classifier = coder.classifier(columns).fit(coder.codes(table)[columns], table[target] == values[1])
    return roc_auc_score(held_out[target] == values[1], classifier.predict_proba(coder.codes(held_out)[columns])[:, 1])


def closeness(train: pd.DataFrame, held_out: pd.DataFrame, synthetic: pd.DataFrame, coder: Coder) -> float:
    """Share of synthetic rows nearer to a training row than to a held-out row, of equally many of both."""
    same = train.sample(min(len(train), len(held_out)), random_state=1)
    points = coder.points(synthetic.sample(min(MOST_NEIGHBOURS, len(synthetic)), random_state=2))
    to_train, to_held_out = (
        NearestNeighbors(n_neighbors=1).fit(coder.points(rows)).kneighbors(points)[0][:, 0] for rows in (same, held_out)
    )
    return float(np.mean(to_train < to_held_out) + np.mean(to_train == to_held_out) / 2)


def broken_dependencies(real: pd.DataFrame, table: pd.DataFrame) -> float:
    """Share of rows that break a functional dependency: where one real column decides another."""
    real, table = real.astype(str), table.astype(str)
    broken = np.zeros(len(table), dtype=bool)
    for decider in real:
        # With a value or two per row, anything looks decided.
        if real[decider].nunique() * 5 > len(real) or real[decider].nunique() < 2:
            continue
        groups = real.groupby(decider)
        for decided in real:
            if decided == decider or real[decided].nunique() < 2 or (groups[decided].nunique() > 1).any():
                continue
            expected = table[decider].map(groups[decided].first())
            broken |= (expected.notna() & (expected != table[decided])).to_numpy()
    return float(broken.mean())
