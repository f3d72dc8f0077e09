"""What the BIDS data set says of itself: who, what each column means, and that onsets are reconstructed."""

import json

from ..paper.printed import design_constants
from .timing import CONDITIONS, printed_design

TASK = "peep"  # the label of the authors' own files
BIDS_VERSION = "1.10.0"
MADE_BY = "eih.fmri.write_events"
_PAPER = "https://doi.org/10.7554/eLife.102392"
_TABLE = "https://github.com/jannenold/peep_analyses_mri_behavioural"


def descriptions(people, seed):
    """Return name → text of the files that describe the data set.

    Parameters
    ----------
    people : pandas.DataFrame
        Rows of :func:`eih.load_participants`.
    seed : int
        Of the jitter.

    Returns
    -------
    dict
    """
    described = people.rename(columns={"participant": "participant_id"})
    table = described[["participant_id", "sex", "age", "drug_order"]]
    return {
        "dataset_description.json": _json(_data_set()),
        "README": _README.format(seed=seed, paper=_PAPER),
        "participants.tsv": table.to_csv(sep="\t", index=False, na_rep="n/a", lineterminator="\n"),
        "participants.json": _json(_PARTICIPANT_NOTES),
        f"task-{TASK}_events.json": _json(_event_notes(seed)),
    }


def _json(content):
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _data_set():
    from .. import __version__

    return {
        "Name": "Events of a study on exercise and pain (Nold et al. 2025), onsets reconstructed",
        "BIDSVersion": BIDS_VERSION,
        "DatasetType": "raw",
        "License": "CC-BY-4.0",
        "Authors": ["Janne I. Nold", "Tahmine Fadai", "Christian Büchel"],
        "HowToAcknowledge": "Cite the article; the onsets are not the authors'.",
        "ReferencesAndLinks": [_PAPER, _TABLE],
        "GeneratedBy": [
            {
                "Name": MADE_BY,
                "Version": __version__,
                "Description": "Real order, stimuli and ratings; onsets reconstructed from the printed timing.",
            }
        ],
        "SourceDatasets": [{"URL": _TABLE}],
    }


_README = """Events of the MRI runs of Nold, Fadai and Büchel (2025), {paper}.

The order of the stimuli, their kind and strength, and the ratings are those of the public table.
THE ONSETS ARE RECONSTRUCTED: they follow from the printed duration of stimulus, rating window and interval,
with a jitter drawn at random (seed {seed}). They are not the onsets of the experiment, which are not public.
There are no images in this data set.
"""

_PARTICIPANT_NOTES = {
    "sex": {
        "Description": "Sex of the participant",
        "Levels": {"female": "female", "male": "male"},
    },
    "age": {"Description": "Age of the participant", "Units": "year"},
    "drug_order": {
        "Description": "Which drug was given in the first session",
        "Levels": {
            "naloxone first": "naloxone, then saline",
            "saline first": "saline, then naloxone",
        },
    },
}


def _event_notes(seed):
    printed = printed_design()
    rule = (
        f"RECONSTRUCTED from the printed timing, not recorded: stimulus {printed.stimulus_s:g} s, rating "
        f"window {printed.rating_s:g} s, interval {printed.interval_s:g} s with a jitter of "
        f"{printed.jitter_s:g} s to either side (uniform, seed {seed}), from the first volume kept."
    )
    kinds = {"heat": "Contact heat", "pressure": "Cuff pressure"}
    return {
        "onset": {"Description": f"Start of the stimulus. {rule}", "Units": "s"},
        "duration": {"Description": "Printed length of a stimulus, ramps included", "Units": "s"},
        "trial_type": {
            "Description": "Modality and calibrated target",
            "Levels": {name: _condition(name, kinds) for name in CONDITIONS},
        },
        "modality": {"Description": "Kind of stimulus", "Levels": kinds},
        "target": {"Description": "Rating to which the stimulus was calibrated (0 to 100)"},
        "stimulus": {"Description": "Strength: degrees Celsius for heat, kPa for pressure"},
        "rating": {"Description": "Pain rating as recorded, 1 to 101; n/a where missing"},
        "trial": {"Description": "Place of the stimulus in the run, 1 to 18"},
        "rating_onset": {
            "Description": "Opening of the rating window; reconstructed",
            "Units": "s",
        },
        "drug": {
            "Description": "Infusion of the session",
            "Levels": {"saline": "saline", "naloxone": "naloxone"},
        },
        "exercise": {
            "Description": "Cycling in the block before the run",
            "Levels": {"low": "low intensity", "high": "high intensity"},
        },
        "timing": {
            "Description": "Where the onsets come from",
            "Levels": {"reconstructed": rule},
        },
        "StimulusPresentation": _software(),
    }


def _condition(name, kinds):
    kind, target = name.split("_")
    return f"{kinds[kind]}, calibrated to {target} of 100 on the visual analogue scale"


def _software():
    """Return what presented the stimuli, as printed."""
    printed = design_constants().drop_duplicates("name").set_index("name").value
    name = "Psychophysics Toolbox"
    return {"SoftwareName": name, "SoftwareVersion": printed[name]}
