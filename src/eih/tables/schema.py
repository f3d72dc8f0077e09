"""What the three tables hold: every column described once, and the rules that each load checks.

The same description makes the JSON sidecars, the data dictionary and the validation.
"""

from dataclasses import dataclass, field

DRUGS = ("saline", "naloxone")
EXERCISES = ("low", "high")
SEXES = ("male", "female")
DRUG_ORDERS = ("saline first", "naloxone first")
MODALITIES = ("heat", "pressure")
TARGETS = (30, 50, 70)

N_PARTICIPANTS = 39
SESSIONS = (1, 2)
BLOCKS = (1, 2, 3, 4)
TRIALS_PER_BLOCK = 18
REPEATS_PER_CELL = 3  # trials per target and modality in each block


class DataError(ValueError):
    """A table that breaks a rule: the message names the file, the row, the value and the rule."""


@dataclass(frozen=True)
class Column:
    """One column: what it is, its unit, and what its values may be.

    ``kind`` is ``"text"``, ``"integer"`` or ``"number"``; ``levels`` maps each allowed value to
    its meaning (the first is the reference level of a factor); ``low`` and ``high`` are inclusive.
    """

    description: str
    kind: str
    units: str | None = None
    levels: dict = field(default_factory=dict)
    low: float | None = None
    high: float | None = None
    pattern: str | None = None
    missing: bool = False

    def sidecar(self):
        """Return the entry of this column in a BIDS JSON sidecar."""
        entry = {"Description": self.description}
        if self.units:
            entry["Units"] = self.units
        if self.levels:
            entry["Levels"] = {str(level): meaning for level, meaning in self.levels.items()}
        if self.low is not None:
            entry["Minimum"], entry["Maximum"] = self.low, self.high
        return entry


_PARTICIPANT = Column(
    "Participant identifier; the number is the one of the authors' table, so gaps are people who were "
    "invited but are not in the final sample.",
    "text",
    pattern=r"sub-\d{2}",
)
_SESSION = Column(
    "Experimental day.", "integer", levels={1: "first drug day", 2: "second drug day"}
)
_BLOCK = Column(
    "Block within the session: ten minutes of cycling, then one MRI run of painful stimuli.",
    "integer",
    levels={block: f"block {block} of the session" for block in BLOCKS},
)

TABLES = {
    "participants": {
        "participant": _PARTICIPANT,
        "sex": Column(
            "Sex as recorded by the authors.", "text", levels={"male": "male", "female": "female"}
        ),
        "age": Column("Age.", "integer", units="year", low=18, high=45),
        "ftp": Column(
            "Functional threshold power, from a 20-minute cycling test on the calibration day.",
            "integer",
            units="W",
            low=20,
            high=500,
        ),
        "ftp_per_kg": Column(
            "Functional threshold power divided by body weight: the paper's measure of fitness.",
            "number",
            units="W/kg",
            low=0.3,
            high=7,
        ),
        "drug_order": Column(
            "Which drug was given on the first drug day (crossover).",
            "text",
            levels={
                "saline first": "saline in session 1, naloxone in session 2",
                "naloxone first": "naloxone in session 1, saline in session 2",
            },
        ),
        "expectation": Column(
            "Expected effect of acute exercise on pain: mean of three items (muscle, joint, whole body), "
            "each from 1 (large decrease) over 4 (no effect) to 7 (large increase). The paper prints the "
            "items on a scale from -3 to 3, which is this scale minus 4.",
            "number",
            low=1,
            high=7,
        ),
    },
    "blocks": {
        "participant": _PARTICIPANT,
        "session": _SESSION,
        "block": _BLOCK,
        "drug": Column(
            "Drug of the session, given by bolus and infusion before the first block.",
            "text",
            levels={"saline": "sodium chloride 0.9 %", "naloxone": "opioid antagonist"},
        ),
        "exercise": Column(
            "Intensity of the ten minutes of cycling that open the block.",
            "text",
            levels={
                "low": "target 55 % of functional threshold power",
                "high": "target 100 % of functional threshold power",
            },
        ),
        "rpe": Column(
            "Rating of perceived exertion after cycling (Borg scale), as recorded. The scale runs from 6 "
            "to 20 and the slider moved in steps of 0.14, so its last step reads 20.14. The paper sets "
            "values below 7 to 7.",
            "number",
            units="Borg scale 6-20",
            low=6,
            high=20.14,
        ),
        "cumulative_watts": Column(
            "Sum of the power readings (about one a second) since the start of the session, as recorded "
            "at the end of the block. The block's own sum is the difference from the block before; a "
            "difference of zero means that no power was recorded.",
            "integer",
            units="W (summed readings)",
            low=0,
            high=1_000_000,
        ),
    },
    "trials": {
        "participant": _PARTICIPANT,
        "session": _SESSION,
        "block": _BLOCK,
        "trial": Column(
            "Number of the painful stimulus within the block (both modalities).",
            "integer",
            low=1,
            high=TRIALS_PER_BLOCK,
        ),
        "modality": Column(
            "Kind of painful stimulus.",
            "text",
            levels={"heat": "contact heat (thermode)", "pressure": "cuff pressure (upper arm)"},
        ),
        "target": Column(
            "Rating that the stimulus was calibrated to evoke.",
            "integer",
            units="VAS point (0-100)",
            levels={target: f"calibrated to a rating of {target}" for target in TARGETS},
        ),
        "stimulus": Column(
            "Intensity of the stimulus: °C for heat, kPa for pressure.",
            "number",
            units="°C (heat) or kPa (pressure)",
            low=0,
            high=100,
        ),
        "rating": Column(
            "Pain rating on a visual analogue scale, as recorded: 1 is the left end (no pain), 101 the "
            "right end (worst tolerable pain); the paper describes the scale as 0-100. n/a: no rating.",
            "integer",
            units="VAS point",
            low=1,
            high=101,
            missing=True,
        ),
    },
}

KEYS = {
    "participants": ["participant"],
    "blocks": ["participant", "session", "block"],
    "trials": ["participant", "session", "block", "trial"],
}

N_ROWS = {
    "participants": N_PARTICIPANTS,
    "blocks": N_PARTICIPANTS * len(SESSIONS) * len(BLOCKS),
    "trials": N_PARTICIPANTS * len(SESSIONS) * len(BLOCKS) * TRIALS_PER_BLOCK,
}


def data_dictionary():
    """Describe every column of the three tables.

    Returns
    -------
    pandas.DataFrame
        One row per column with ``table, column, description, units, levels`` (levels joined by
        ``"; "``, the first being the reference level of a factor; a numeric column shows its range).

    Examples
    --------
    >>> import eih
    >>> eih.data_dictionary().query("column == 'ftp_per_kg'").units.item()
    'W/kg'
    """
    import pandas as pd

    rows = []
    for table, columns in TABLES.items():
        for name, column in columns.items():
            levels = "; ".join(str(level) for level in column.levels)
            if not levels and column.low is not None:
                levels = f"{column.low} to {column.high}"
            rows.append((table, name, column.description, column.units or "", levels))
    return pd.DataFrame(rows, columns=["table", "column", "description", "units", "levels"])
