"""A bundle's folder appears whole, and takes the place of nothing but an earlier bundle."""

from pathlib import Path

import pytest

from rtlog.cli.bundling.folder import folder_at
from rtlog.recordings.errors import RecordingError


def make(path: Path, text: str, *, force: bool = False) -> None:
    with folder_at(path, force=force) as draft:
        (draft / "report.md").write_text(text)


def test_it_appears_when_all_is_in_it(tmp_path: Path) -> None:
    with folder_at(tmp_path / "new" / "bundle", force=False) as draft:
        (draft / "report.md").write_text("text")
        assert not (tmp_path / "new" / "bundle").exists()

    assert (tmp_path / "new" / "bundle" / "report.md").read_text() == "text"
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["bundle"]


def test_what_goes_wrong_leaves_nothing_and_takes_nothing(tmp_path: Path) -> None:
    make(tmp_path / "bundle", "first")

    def fail() -> None:
        with folder_at(tmp_path / "bundle", force=True) as draft:
            (draft / "report.md").write_text("second")
            raise RecordingError("recording", "cannot be read")

    with pytest.raises(RecordingError, match="cannot be read"):
        fail()
    assert (tmp_path / "bundle" / "report.md").read_text() == "first"
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]


def test_an_earlier_bundle_is_replaced_by_force(tmp_path: Path) -> None:
    make(tmp_path / "bundle", "first")

    with pytest.raises(RecordingError, match="--force"):
        make(tmp_path / "bundle", "second")
    make(tmp_path / "bundle", "second", force=True)

    assert (tmp_path / "bundle" / "report.md").read_text() == "second"
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]


@pytest.mark.parametrize("what", ["a file", "a folder of others", "a link"])
def test_nothing_else_is_replaced_even_by_force(tmp_path: Path, what: str) -> None:
    place, mine = tmp_path / "bundle", tmp_path / "mine"
    mine.mkdir()
    (mine / "report.md").write_text("mine")
    if what == "a file":
        place.write_text("mine")
    elif what == "a link":
        place.symlink_to(mine)
    else:
        place.mkdir()
        (place / "thesis.tex").write_text("mine")

    with pytest.raises(RecordingError, match="no earlier report"):
        make(place, "text", force=True)
    assert (mine / "report.md").read_text() == "mine"
    assert place.is_symlink() == (what == "a link")


def test_a_place_that_takes_no_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(RecordingError, match="cannot be written"):
        make(tmp_path / "file" / "bundle", "text")
