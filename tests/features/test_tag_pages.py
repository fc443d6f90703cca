"""Code pages of tags: told from the file, its name and its folder; letters that are not sure are marked."""

from pathlib import Path
from typing import Any

import av
import pytest
from mutagen import id3

from audiorec.features.tags.song_tags import Tags, read_tags
from audiorec.features.tags.tag_pages import Page, page_of
from tests import made_audio, signals

MP3 = signals.mp3(0.3)
# artist, title, album of songs as they stand in libraries
SONGS = {
    "gbk": [
        "周杰伦|晴天|叶惠美",
        "王菲|红豆|唱游",
        "陈奕迅|十年|黑白灰",
        "许巍|蓝莲花|时光漫步",
        "李健|贝加尔湖畔|依然",
    ],
    "big5": ["周杰倫|晴天|葉惠美", "鄧麗君|月亮代表我的心|島國之情歌", "張惠妹|聽海|Bad Boy", "梁靜茹|勇氣|勇氣"],
    "cp932": ["宇多田ヒカル|First Love|First Love", "中島みゆき|糸|EAST ASIA", "スピッツ|ロビンソン|ハチミツ"],
    "euc_jp": ["大滝詠一|君は天然色|A LONG VACATION", "中島みゆき|糸|EAST ASIA", "スピッツ|ロビンソン|ハチミツ"],
    "euc_kr": ["아이유|좋은 날|REAL", "신승훈|보이지 않는 사랑|신승훈 2집", "버스커 버스커|벚꽃 엔딩|1집"],
    "cp1251": ["Кино|Группа крови|Группа крови", "Сплин|Выхода нет|Гранатовый альбом", "Чайф|Аргентина|Шекогали"],
    "koi8-r": ["Кино|Группа крови|Группа крови", "Сплин|Выхода нет|Гранатовый альбом", "Чайф|Аргентина|Шекогали"],
    "cp1250": ["Dżem|Whisky|Cegła", "Kult|Polska|Posłuchaj to do ciebie", "Lucie|Amerika|Černý kočky mokrý žáby"],
    "cp1252": ["Björk|Jóga|Homogenic", "Beyoncé|Déjà vu|B'Day", "João Gilberto|Chega de saudade|O amor"],
    "cp1253": ["Μίκης Θεοδωράκης|Ζορμπάς|Ζορμπάς", "Πυξ Λαξ|Μοναξιά μου όλα|Στίλβη"],
    "cp1254": [
        "Tarkan|Şımarık|Ölürüm Sana",
        "Şebnem Ferah|Sil Baştan|Kelimeler Yetse",
        "Duman|Senden Daha Güzel|Darmaduman",
    ],
}


def read(path: Path) -> Tags:
    with path.open("rb") as file:
        return read_tags(file, str(path).encode())


def song(path: Path, fields: str, page: str, encoding: int = 0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(MP3)
    tags = id3.ID3()
    for frame, text in zip((id3.TPE1, id3.TIT2, id3.TALB), fields.split("|"), strict=True):
        tags.add(frame(encoding, [text.encode(page).decode("latin-1")]))
    tags.save(path)
    return path


def fields(tags: Tags) -> str:
    return "|".join((tags.artists[0], tags.title, tags.album))


@pytest.mark.parametrize("page", SONGS)
def test_a_folder_tells_the_page_of_its_songs(tmp_path: Path, page: str) -> None:
    paths = [song(tmp_path / f"{n}.mp3", text, page) for n, text in enumerate(SONGS[page])]
    for path, text in zip(paths, SONGS[page], strict=True):
        found = read(path)
        assert fields(found) == text
        assert not found.guessed


@pytest.mark.parametrize(("page", "text"), [(page, text) for page, texts in SONGS.items() for text in texts])
def test_a_song_alone_is_right_or_marked(tmp_path: Path, page: str, text: str) -> None:
    if text.startswith("大滝") and page == "euc_jp":
        pytest.skip("reads as well as Traditional Chinese; its folder tells")
    found = read(song(tmp_path / "alone" / "x" / "1.mp3", text, page))
    assert fields(found) == text or found.guessed


def test_the_name_of_the_file_tells(tmp_path: Path) -> None:
    found = read(song(tmp_path / "Сплин" / "Выхода нет.mp3", "Сплин|Выхода нет|Гранатовый альбом", "cp1251"))
    assert (found.artists, found.guessed) == (("Сплин",), "")


def test_a_western_song_among_russian_ones_stays_western(tmp_path: Path) -> None:
    for n, text in enumerate(SONGS["cp1251"]):
        song(tmp_path / f"{n}.mp3", text, "cp1251")
    assert fields(read(song(tmp_path / "9.mp3", "Björk|Jóga|Homogenic", "cp1252"))) == "Björk|Jóga|Homogenic"


def test_text_that_was_widened_into_unicode(tmp_path: Path) -> None:
    text = "Кино|Группа крови|Группа крови"
    assert fields(read(song(tmp_path / "1.mp3", text, "cp1251", encoding=3))) == text
    assert fields(read(song(tmp_path / "2.mp3", text, "cp1251", encoding=1))) == text


@pytest.mark.parametrize(
    "text", ["Café Tacvba|¿Dónde jugarán los niños?|Re", "Sigur Rós|Ágætis byrjun|Ð", "Motörhead|Ø|ß"]
)
def test_western_letters_in_unicode_are_never_touched(tmp_path: Path, text: str) -> None:
    path = song(tmp_path / "1.mp3", text, "latin-1", encoding=3)
    assert (fields(read(path)), read(path).guessed) == (text, "")


def test_nothing_beyond_ascii_asks_nobody() -> None:
    def ask(path: bytes) -> list[str]:
        raise AssertionError(path)

    assert page_of(["Ann"], ["Tide"], b"/m/a.mp3", ask) == Page()


CONTAINERS = [
    ("wav", "pcm_s16le"), ("matroska", "aac"), ("webm", "libopus"), ("avi", "mp3"), ("flv", "mp3"), ("mov", "aac"),
    ("caf", "pcm_s16le"), ("asf", "wmav2"), ("wv", "wavpack"), ("tta", "tta"), ("mp4", "aac"), ("ogg", "libopus"),
]  # fmt: skip


@pytest.mark.parametrize(("container", "codec"), CONTAINERS)
def test_tags_of_every_container(tmp_path: Path, container: str, codec: str) -> None:
    path = tmp_path / "x.bin"
    with av.open(str(path), "w", format=container) as file:
        told: Any = file.metadata
        told.update(title="夜曲", artist="Ann", album="Low", date="2004", genre="Rock")
        made_audio.add_sound(file, codec, 0.5)
    found = read(path)
    assert (found.title, found.artists, found.album, found.year, found.genre) == ("夜曲", ("Ann",), "Low", 2004, "Rock")


def test_info_of_a_wav_in_another_page(tmp_path: Path) -> None:
    entries = b"".join(
        name + len(text).to_bytes(4, "little") + text
        for name, text in (
            (b"INAM", "Группа крови\0".encode("cp1251")[:12]),
            (b"IART", "Виктор Цой\0".encode("cp1251")[:10]),
        )
    )
    data = signals.wav(0.3)
    path = tmp_path / "x.wav"
    path.write_bytes(data + b"LIST" + (4 + len(entries)).to_bytes(4, "little") + b"INFO" + entries)
    assert (read(path).title, read(path).artists) == ("Группа крови", ("Виктор Цой",))
