"""The brain cells of the chapters run with the published maps and without, and say which they show."""

import ast
import warnings
from pathlib import Path

import matplotlib.pyplot as plt
import nbformat
import nibabel
import numpy as np
import pytest

import eih
from eih.brain import maps, panels
from eih.pages import region_report
from eih.pages.map_report import Note
from eih.tables.data import data_folder
from eih.tables.schema import DataError

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
CHAPTERS = {
    "heat_pain": "figure_2",
    "naloxone": "figure_5",
    "exercise_and_pain": None,
    "fitness": "figure_7",
    "sex_and_fitness": "figure_8",
}
GRID = np.array([[3.0, 0, 0, -90], [0, 3, 0, -126], [0, 0, 3, -72], [0, 0, 0, 1]])
SHAPE = (61, 73, 61)


def surrogate_maps(folder):
    """Write maps in the place of the published ones: a blob of the printed height at each reported peak."""
    peaks = eih.reported_peaks().set_index("id")
    places = np.indices(SHAPE).reshape(3, -1).T @ GRID[:3, :3].T + GRID[:3, 3]
    for name, published in maps.MAPS.items():
        values = np.full(len(places), np.nan)
        for peak in peaks.loc[list(published.peaks)].itertuples():
            at = np.rint((np.array([peak.mni_x, peak.mni_y, peak.mni_z]) - GRID[:3, 3]) / 3) * 3
            distance = ((places - at - GRID[:3, 3]) ** 2).sum(axis=1)
            values = np.fmax(values, peak.T * np.exp(-distance / 200))
        if name == "mask":
            values = np.where(np.abs(places[:, 0]) < 12, 1.0, 0.0)
        elif name == "figure_8":
            values[values > 4.7] = 3.5  # no maximum where the paper has its peak
        values[values < (0.5 if name == "mask" else 3.3)] = np.nan
        image = nibabel.Nifti1Image(values.reshape(SHAPE).astype("f4"), GRID)
        image.to_filename(folder / published.file)


def copy_of_data(folder):
    """Fill a folder with the tables of the data folder, without maps; return it."""
    for path in data_folder().iterdir():
        if path.name != "maps":
            (folder / path.name).symlink_to(path)
    return folder


@pytest.fixture
def data(tmp_path, monkeypatch):
    """Point the package to a copy of the data folder that has no maps; return it."""
    monkeypatch.setenv("EIH_DATA", str(copy_of_data(tmp_path)))
    return tmp_path


@pytest.fixture
def with_maps(data):
    """Put surrogate maps into that folder."""
    (data / "maps").mkdir()
    surrogate_maps(data / "maps")
    return data


@pytest.fixture(params=["without maps", "with maps"])
def state(request):
    """Run a test in both states; return which."""
    request.getfixturevalue("data" if request.param == "without maps" else "with_maps")
    return request.param


def brain_cells(chapter):
    """Return the set-up cells of a chapter, and those that need nothing but these and each other."""
    notebook = nbformat.read(NOTEBOOKS / f"{chapter}.ipynb", as_version=4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    ready = next(place for place, cell in enumerate(cells) if "eih.set_style()" in cell.source)
    brain = [cell for cell in cells if "brain" in cell.metadata.get("tags", [])]
    return cells[: ready + 1] + brain


def run(chapter, glued):
    """Run these cells; return what they show as HTML, in order. A warning is an error, as in the book."""
    shown, names = [], {}
    with warnings.catch_warnings(), pytest.MonkeyPatch.context() as patch:
        warnings.simplefilter("error")
        patch.setattr(eih, "glue", lambda **values: glued.update(values), raising=False)
        for cell in brain_cells(chapter):
            body = ast.parse(cell.source).body
            last = body.pop() if isinstance(body[-1], ast.Expr) else None
            exec(compile(ast.Module(body, []), chapter, "exec"), names)
            if last is not None:
                value = eval(compile(ast.Expression(last.value), chapter, "eval"), names)
                if value is not None:
                    shown.append(value._repr_html_())
    plt.close("all")
    return shown


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """Return a function of chapter and state that runs a chapter once: what it shows, what it glues."""
    bare = copy_of_data(tmp_path_factory.mktemp("bare"))
    full = copy_of_data(tmp_path_factory.mktemp("full"))
    (full / "maps").mkdir()
    surrogate_maps(full / "maps")
    done = {}

    def once(chapter, state):
        if (chapter, state) not in done:
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("EIH_DATA", str(full if state == "with maps" else bare))
                glued = {}
                done[chapter, state] = run(chapter, glued), glued
        return done[chapter, state]

    return once


STATES = ["without maps", "with maps"]


@pytest.mark.notebooks
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_brain_cells_of_a_chapter_run_in_both_states(chapter, state, executed):
    """Figures bear the badge of what they show; without maps the page says how to get them."""
    shown, _ = executed(chapter, state)
    page = "\n".join(shown)
    if CHAPTERS[chapter]:
        badge = "published-map" if state == "with maps" else "reported"
        first = next(html for html in shown if "<figure" in html)
        assert f'<figcaption><span class="eih-kind eih-{badge}"' in first
    assert ("eih maps fetch" in page) == (state == "without maps")
    assert ("<button" in page) == (state == "with maps" and CHAPTERS[chapter] is not None)
    assert "eih-panels" in page


@pytest.mark.notebooks
@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_text_of_a_chapter_uses_what_it_was_handed(chapter, executed):
    """Every value that the brain cells glue is used by the text of that chapter."""
    _, glued = executed(chapter, "without maps")
    notebook = nbformat.read(NOTEBOOKS / f"{chapter}.ipynb", as_version=4)
    text = "".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    assert [name for name in glued if f"{{glue:text}}`{name}`" not in text] == []


@pytest.mark.notebooks
def test_with_a_map_that_lacks_the_peak_the_chapter_says_so(executed):
    """The map made here for Figure 8 has no maximum at the reported place: the caption tells."""
    shown, _ = executed("sex_and_fitness", "with maps")
    assert "The reported peak does not lie on a local maximum of the map" in "\n".join(shown)


# --- panels


def test_every_brain_panel_of_the_ledger_has_its_place():
    """Each brain result that stands in a figure or its caption has a panel in the table."""
    table = eih.brain_panels().table
    results = eih.reported_results()
    brain = results[results.needs.str.contains("contrast images|time courses|in these regions")]
    found = brain.locus.str.extract(r"Fig (\d)(?:-S(\d))?(?: caption /)? ?/? ?([A-H](?:-[A-H])?)?")
    for number, supplement, panel in found.dropna(subset=[0]).fillna("").to_numpy():
        figure = f"Figure {number}" + (f" – figure supplement {supplement}" if supplement else "")
        rows = table[table.figure == figure]
        letters = {letter for text in rows.panel for letter in panels_of(text)}
        assert set(panels_of(panel.replace("-", "–"))) <= letters, (figure, panel)


def panels_of(text):
    """Return the letters of ``B–D`` or ``B``."""
    first, _, last = text.partition("–")
    return [chr(code) for code in range(ord(first), ord(last or first) + 1)] if first else []


def test_a_panel_that_is_not_here_says_why(state):
    """Each row has a reason; a map is published or reported by state, and a chapter is named."""
    table = eih.brain_panels().table
    assert (table.reason.str.len() > 20).all()
    assert set(table["map"]) - {""} == set(maps.MAPS)
    of_maps = table[(table.here == "map") & (table["map"] != "mask")].kind
    assert set(of_maps) == {"published map" if state == "with maps" else "reported"}
    of_slices = table[table.here == "slices"].kind
    assert set(of_slices) == {"published map" if state == "with maps" else "not here"}


def test_the_panels_name_chapters_that_show_them():
    """The chapter of a panel asks for the panels of that figure."""
    for row in eih.brain_panels().table.to_dict("records"):
        if row["here"] == "surrogate":
            continue
        notebook = (NOTEBOOKS / f"{row['chapter']}.ipynb").read_text(encoding="utf-8")
        number = row["figure"].split()[1]
        assert f'brain_panels(\\"{number}\\")' in notebook or row["map"] == "mask", row


def test_a_figure_without_brain_panels_is_refused():
    """Figure 3 shows behaviour only."""
    with pytest.raises(
        ValueError, match=r"Figure '3' has no brain panels.*'2', '5', '6', '7', '8'"
    ):
        eih.brain_panels("3")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("figure\tpanel", "Figure\tpanel", "the columns are"),
        ("\tmap\tfigure_2", "\tdrawn\tfigure_2", "here is"),
    ],
)
def test_a_damaged_table_of_panels_is_refused(data, old, new, message):
    """A wrong head and an unknown word are named, with the file."""
    original = (data / "reported" / "brain_panels.tsv").read_text(encoding="utf-8")
    (data / "reported").unlink()
    (data / "reported").mkdir()
    file = data / "reported" / "brain_panels.tsv"
    file.write_text(original.replace(old, new), encoding="utf-8")
    with pytest.raises(DataError, match=message):
        panels.brain_panels()
    file.unlink()
    with pytest.raises(DataError, match="cannot be read"):
        panels.brain_panels()


# --- regions beside the published mask


def test_the_mask_is_compared_where_it_is(with_maps):
    """A mask of everything near the midline holds the narrow regions whole, and most of the wide one."""
    table = region_report.mask_comparison().set_index("part")
    assert table.share_in_mask["RVM"] == 1
    assert table.share_in_mask["PAG"] == 1
    assert 0.6 < table.share_in_mask["frontal midline"] < 0.9
    assert table.peaks_in_mask["PAG"] == "1 of 1"
    assert table.peaks_in_mask["rest of the mask"] == "0 of 0"
    whole = np.nansum(maps.load("mask").get_fdata()) * 27
    assert table.in_mask_mm3.sum() == pytest.approx(whole)
    assert abs(table.mni_x["rest of the mask"]) < 3


def test_without_the_mask_there_is_a_sentence(data):
    """The comparison says how to get the mask, and the figure that it is not here."""
    assert isinstance(region_report.mask_comparison(), Note)
    figure = region_report.regions_figure("fig-r", "Figure 6B–G")
    assert "is not in this copy" in figure.caption
    assert figure.kind == "approximated"


def test_with_the_mask_it_is_outlined(with_maps):
    """The figure says what the white line is."""
    assert "White line" in region_report.regions_figure("fig-r", "Figure 6B–G").caption
