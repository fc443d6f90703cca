"""Folders that are no music, and files that ask to be left out: what is in the folder, and what of it is a song."""

import unicodedata
from pathlib import Path
from zipfile import ZipFile

import pytest

from audiorec.features.scan import scan
from audiorec.sources.formats.exports import members
from audiorec.sources.formats.no_music import files_below
from audiorec.sources.playlists.read_playlist import playlists_below
from tests.circumstances.place import Place, named

# Files, a text after "|"; those in capitals are songs.
FOLDERS = {
    "thumbnails and bins of a Synology": "@eaDir/b.mp3/x.mp3 @SynoResource/c.mp3 #recycle/d.mp3 #snapshot/e.mp3 A.MP3",
    "a QNAP": "@Recycle/x.mp3 .@__thumb/y.mp3 @__thumb/z.mp3 @Recently-Snapshot/u.mp3 .streams/s.mp3 A.MP3",
    "a disk of Windows": "$RECYCLE.BIN/S-1/x.mp3 RECYCLER/z.mp3 found.001/w.mp3 Config.Msi/q.mp3 A.MP3",
    "a disk of a Mac": ".Trashes/x.mp3 .AppleDouble/z.mp3 ._a.mp3 TheVolumeSettingsFolder/q.mp3 __MACOSX/a.mp3 A.MP3",
    "a disk of Linux": ".Trash-1000/files/b.mp3 lost+found/d.mp3 .thumbnails/e.mp3 .snapshots/1/a.mp3 A.MP3",
    "what is synchronised": ".stversions/a~1.mp3 .stfolder/x.mp3 .sync/Archive/b.mp3 .dropbox.cache/c.mp3 A.MP3",
    "what is not there yet": "b.mp3.part c.mp3.crdownload d.mp3.!ut e.m4a.ytdl f.mp3.!sync .g.mp3.icloud A.MP3",
    "bins of a cloud": "files_trashbin/files/b.mp3 files_versions/c.mp3 trashbox/d.mp3 A.MP3",
    "services of a Synology": "@docker/x/a.mp3 @appstore/b.mp3 @download/c.mp3 @sharebin/d.mp3 @HOME/A.MP3",
    "what a QNAP made smaller": "@Transcode/x.mp4 A.MP3",
    "a backup of a Mac": "Backups.backupdb/Mac/2020/a.mp3 A.MP3",
    "libraries of a Mac": "TV.tvlibrary/a.m4v Music.musiclibrary/b.m4p A.MP3",
    "a cache that says so": "x/CACHEDIR.TAG|Signature: x/y/b.mp3 CACHE/A.MP3",
    "a disk with Windows on it": "Windows.old/Media/b.wav $WinREAgent/a.wav $SysReset/c.wav $UICIDEBOY$/A.MP3",
    "previews of a cloud": "appdata_oc0123abcdef/preview/a.mp3 A.MP3",
    "packages of programs": "node_modules/howler/a.mp3 A.MP3",
    "calls on a phone": "Android/data/x/b.mp3 CallRecordings/c.m4a Sound_recorder/d.m4a MUSIC/A.MP3",
    "names that look like bins": "RECYCLE/A.MP3 TRASH/B.MP3 SNAPSHOTS/C.MP3 WINDOWS/D.MP3 DATABASE/E.MP3",
    "a phone": "Android/data/x/b.mp3 Android/obb/c.mp3 DCIM/d.mp4 Ringtones/e.ogg Alarms/f.ogg MUSIC/A.MP3",
    "a phone's folder alone": "Android/data/x/b.mp3 ANDROID/MEDIA/C.MP3",
    "albums with names of a phone": "ALARMS/A.MP3 DCIM/B.MP3 DATA/C.MP3",
    "photos, films and recordings in the making": "Photos.photoslibrary/z.mov P.logicx/y.wav x.app/s.aiff A.MP3",
    "a band and a recording": "THE.BIG.BAND/A.MP3 take.band/projectData take.band/Media/b.wav",
    "a download and a folder named so": "a.mp3.download/Info.plist a.mp3.download/a.mp3 ALBUM.DOWNLOAD/B.MP3",
    "marks": "x/.nomedia x/y/b.mp3 z/.nomusic z/c.mp3 u/.metadata_never_index u/d.mp3 v/.lmsignore v/e.mp3 A.MP3",
    "a mark in capitals": "x/.NoMedia x/b.mp3 A.MP3",
    "a mark where a person points": ".nomedia A.MP3",
    "an empty ignore file": "x/.ndignore x/y/b.mp3 A.MP3",
    "patterns": ".plexignore|#c\r\n*.wav\r\nsub/* b.wav sub/c.mp3 A.MP3",
    "an exception": "X/.ndignore|*.mp3\n!good.mp3 X/b.mp3 X/good.mp3",
    "a pattern of one place": ".ndignore|/x x/b.mp3 Y/X/C.MP3",
    "a pattern of every place": ".ndignore|**/live/ live/b.mp3 x/live/c.mp3 A.MP3",
    "a pattern of folders": ".ignore|x.mp3/ X.MP3 y/x.mp3/c.mp3",
    "patterns with a mark of their encoding": ".plexignore|\ufeff*.wav b.wav A.MP3",
    "an exception further in": ".ndignore|*.ogg SUB/.ndignore|!*.ogg SUB/b.ogg c.ogg",
    "what is no pattern": ".ndignore|!\n[\n*.wav b.wav A.MP3",
}
KEPT = {"an exception": {"X/good.mp3"}, "an exception further in": {"SUB/b.ogg"}}


def lay(root: Path, files: str) -> set[str]:
    """Make the files; returns those that are songs."""
    for file in files.split(" "):
        name, _, text = file.partition("|")
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return {file for file in files.split(" ") if file == file.upper() and "|" not in file and file[0] != "."}


@pytest.mark.parametrize("circumstance", FOLDERS)
def test_what_is_no_music_is_left_out(circumstance: str, tmp_path: Path) -> None:
    songs = lay(tmp_path, FOLDERS[circumstance])
    found = {str(Path(file.path.decode()).relative_to(tmp_path)) for file in scan([bytes(tmp_path)]).files}
    assert found == KEPT.get(circumstance, songs)


def test_a_pattern_in_another_form_of_its_letters(tmp_path: Path) -> None:
    folder = tmp_path / unicodedata.normalize("NFD", "Hörspiele")
    lay(folder, "a.mp3")
    (tmp_path / ".ndignore").write_text(unicodedata.normalize("NFC", "Hörspiele"))
    assert not scan([bytes(tmp_path)]).files


def test_links_that_lead_around_and_nowhere(tmp_path: Path) -> None:
    lay(tmp_path, "x/A.mp3")
    (tmp_path / "x" / "again").symlink_to(tmp_path)
    (tmp_path / "self.mp3").symlink_to(tmp_path / "self.mp3")
    (tmp_path / "annexed.mp3").symlink_to(tmp_path / "x" / ".git" / "annex" / "objects" / "a.mp3")
    found = scan([bytes(tmp_path)])
    assert [Path(file.path.decode()).name for file in found.files] == ["A.mp3"]
    assert len(found.problems) == 2, "links to nowhere are said"


def test_placeholders_and_folders_that_were_passed_over_are_said(place: Place) -> None:
    place.song("a.mp3", *named("Ann", "Tide"))
    place.raw("b.mp3", b"")
    place.raw("c.mp3", b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")
    for name in ("@eaDir/x.mp3", "y/@eaDir/x.mp3", "z/.nomedia", "z/x.mp3"):
        place.raw(name, b"")
    told = place.outcomes()
    assert sorted(reason for _, _, reason in told.reasons) == [
        "is empty (0 bytes)", "is not sound in a format that is known by its first bytes",
    ]  # fmt: skip
    assert told.not_entered == {".nomedia": 1, "@eaDir": 2}


def test_songs_of_a_folder_that_asks_later_go_and_come_back(place: Place) -> None:
    place.song("x/a.mp3")
    place.song("b.mp3")
    place.extract()
    place.raw("x/.nomedia", b"")
    place.extract()
    assert list(place.tracks()) == ["b.mp3"]
    (place.music / "x" / ".nomedia").unlink()
    place.extract()
    assert sorted(place.tracks()) == ["a.mp3", "b.mp3"]


def test_lists_and_exports_are_looked_for_by_the_same_rule(tmp_path: Path) -> None:
    lay(tmp_path, "@eaDir/x.m3u8 ._l.m3u8 $RECYCLE.BIN/y.m3u8 sub/.scrobbler.log L.M3U8|a.mp3 sub/p.pls|[playlist]")
    assert [path.name for path in files_below(tmp_path)] == ["L.M3U8", ".scrobbler.log", "p.pls"]
    assert [path.name for path in playlists_below(tmp_path)] == ["L.M3U8", "p.pls"]
    with ZipFile(tmp_path / "export.zip", "w") as archive:
        for name in ("__MACOSX/._plays.csv", "plays.csv", "x/._b.csv"):
            archive.writestr(name, b"user,song\n")
    assert [member.name for member in members(tmp_path / "export.zip", lambda name: True)] == ["plays.csv"]
