"""What comes from elsewhere is text and numbers: never code, never markup."""

import ast
from html.parser import HTMLParser

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import eih
from eih.brain.map_viewer import MapViewer
from eih.exercises._feedback import Feedback
from eih.figures import trial_explorer

EVIL = "<script>alert('x')</script>"
QUOTE = '" onload="alert(1)'
# What runs what it reads, by the name that is called.
RUNS_DATA = {
    *("eval", "exec", "compile", "__import__"),
    *("pickle.load", "pickle.loads", "joblib.load", "marshal.load", "marshal.loads", "shelve.open"),
    *("pd.read_pickle", "pandas.read_pickle", "yaml.load", "yaml.unsafe_load", "os.system"),
    *("tempfile.mktemp", "extractall"),
}
UNSAFE_WORDS = {"allow_pickle": True, "shell": True, "verify": False}


def unsafe_calls(source):
    r"""List the calls of a source text that would run data, trust it blindly, or unpack it anywhere.

    >>> unsafe_calls("import pickle\npickle.load(f); np.load(f, allow_pickle=True); np.load(f)")
    [(2, 'pickle.load'), (2, 'allow_pickle')]
    """
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func)
        if name in RUNS_DATA or name.rpartition(".")[2] == "extractall":
            found.append((node.lineno, name))
        for word in node.keywords:
            if getattr(word.value, "value", None) is UNSAFE_WORDS.get(word.arg, "no such word"):
                found.append((node.lineno, word.arg))
    return found


@pytest.mark.fault(
    "security",
    "`pickle.load`, `eval`, `exec`, `allow_pickle=True`, `yaml.load`, `extractall`, `shell=True` in the code",
    "a test finds them in the source of package and book; there are none",
)
@pytest.mark.parametrize(
    "call",
    [
        *("eval(text)", "exec(text)", "pickle.loads(data)", "joblib.load(path)", "yaml.load(text)"),
        *("pd.read_pickle(path)", "np.load(path, allow_pickle=True)", "opened.extractall(folder)"),
        *("subprocess.run(text, shell=True)", "session.get(url, verify=False)"),
    ],
)
def test_a_call_that_runs_data_would_be_found(call):
    """Each kind of such a call is recognised, and its safe sister is not."""
    assert unsafe_calls(call)
    assert not unsafe_calls(
        "yaml.safe_load(text); np.load(path); re.compile(text); frame.eval('a')"
    )


def test_no_code_runs_data(root):
    """Nothing in the package or the building of the book runs what it reads."""
    paths = [root / "bootstrap.py", *(root / "src").rglob("*.py"), *(root / "book").rglob("*.py")]
    found = {path.name: unsafe_calls(path.read_text(encoding="utf-8")) for path in paths}
    assert len(found) > 100
    assert {name: calls for name, calls in found.items() if calls} == {}


# --- text stays text


class Tags(HTMLParser):
    """Collect the elements, attributes and text of a piece of HTML, as a browser reads them."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.text = [], {}, ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        """Note an element and what it says."""
        self.tags.append(tag)
        for name, value in attributes:
            self.attributes.setdefault(name, []).append(value)

    def handle_data(self, data):
        """Note a text."""
        self.text += data


def ledger_rows(text):
    """Return a row of the ledger in which every text is the one given."""
    row = eih.ledger(section="s2-1").iloc[[0]]
    return row.assign(effect=text, locus=text, reason=text, quantity=text, printed=text)


def trials_of(name):
    """Return trials of one person, called by a name."""
    trials = eih.load_trials()
    return trials[trials.participant == "sub-01"].assign(participant=name)


def model_of(name):
    """Fit a model with a factor that has a level of that name."""
    group = np.where(np.arange(60) % 2, name, "a")
    rows = pd.DataFrame({"y": np.arange(60.0) % 7, "group": pd.Categorical(group, ["a", name])})
    return eih.lm("y ~ group", rows)


def figure_of(text):
    """Finish a figure in whose every place the text stands."""
    _, ax = plt.subplots()
    data = pd.DataFrame({"participant": [text], text: [1.0]})
    return eih.figure(ax, label=text, title=text, caption=f"{text}, n = 1", alt=text, data=data)


def own_check_of(text, tmp_path):
    """Check tables of one's own in which a participant is called so."""
    eih.write_tables(eih.surrogate_study(n=8, blocks=2, seed=3), tmp_path)
    path = tmp_path / "participants.tsv"
    path.write_text(path.read_text().replace("sub-s01", text))
    return eih.check_own(tmp_path)


PIECES = {
    "ledger, searchable": lambda text, _: eih.show_searchable(ledger_rows(text)),
    "ledger rows": lambda text, _: eih.show_ledger(ledger_rows(text)),
    "table of a model": lambda text, _: model_of(text),
    "figure and its data": lambda text, _: figure_of(text),
    "check of own tables": own_check_of,
    "feedback": lambda text, _: Feedback("Not yet", text),
    "map viewer": lambda text, _: MapViewer("<html></html>", text),
}


@pytest.mark.fault(
    "security",
    "a participant, a level, a caption or a printed text called `<script>…` or with a quote in it",
    "it shows as that text in tables, figures, checks and feedback; no element or attribute comes of it",
)
@pytest.mark.parametrize("piece", PIECES)
@pytest.mark.parametrize("text", [EVIL, QUOTE], ids=["script", "quote"])
def test_markup_in_data_shows_as_text(piece, text, tmp_path):
    """A browser sees the text, no element of it and no attribute."""
    plain = Tags(PIECES[piece]("harmless", tmp_path / "plain")._repr_html_())
    found = Tags(PIECES[piece](text, tmp_path / "evil")._repr_html_())
    assert found.tags == plain.tags
    assert set(found.attributes) == set(plain.attributes)
    assert "alert(" in found.text + str(found.attributes)


def test_the_data_of_a_live_figure_cannot_end_their_element():
    """A person called </script> stays within the data that the page's script reads as JSON."""
    text = trial_explorer(trials_of("</script><b>")).to_html()
    assert text.count("<") == 2
    assert text.count("</script>") == 1


@pytest.mark.fault(
    "security",
    "scripts of the pages that make markup of data (`innerHTML` of what was read)",
    "a test finds them; there are none",
)
def test_the_scripts_of_the_pages_make_no_markup_of_data(root):
    """What the pages' scripts write is text, or markup that stands in the script as a whole."""
    for path in (root / "book" / "_static").rglob("*.js"):
        for line in path.read_text(encoding="utf-8").splitlines():
            for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
                after = line.partition(word)[2].strip()
                fixed = after.startswith("= '") and after.endswith("';") and "${" not in after
                assert word not in line or fixed, f"{path.name}: {line}"
