"""The one decoder of text: made song lists in each language, at the lengths that people's files have."""

import pytest

from audiorec.sources.formats.text_decoding import decode_text

LISTS = {
    "chinese": ("夜里的小船", "风吹过旧城", "我们说再见", "雨中的灯火", "你是我的春天", "蓝色的信纸"),
    "taiwan": ("夜裡的小船", "風吹過舊城", "我們說再見", "雨中的燈火", "妳是我的春天", "藍色的信紙"),
    "japanese": ("夜の小さな船", "風のうた", "さよならの駅", "雨とランプ", "君は春", "青い手紙"),
    "korean": ("밤의 작은 배", "바람의 노래", "우리의 작별", "빗속의 등불", "너는 나의 봄", "파란 편지"),
    "russian": ("Ночная лодка", "Песня ветра", "Наше прощание", "Огни под дождём", "Ты моя весна", "Синее письмо"),
    "greek": ("Νυχτερινή βάρκα", "Τραγούδι του ανέμου", "Το αντίο μας", "Φώτα στη βροχή", "Άνοιξη", "Μπλε γράμμα"),
    "turkish": ("Gece ışığı", "Rüzgârın şarkısı", "Yağmur altında", "Mavi kağıt", "İlkbahar güneşi", "Küçük gemi"),
    "polish": ("Nocna łódź", "Pieśń wiatru", "Światła w deszczu", "Żółty list", "Moja miłość", "Księżyc i ty"),
    "czech": ("Noční loďka", "Píseň větru", "Světla v dešti", "Žlutý dopis", "Můj přítel", "Měsíc a řeka"),
    "german": ("Nächtliches Boot", "Lied für dich", "Grüße im Regen", "Schöner Frühling", "Die Brücke", "Möwen"),
    "french": ("Le bateau léger", "La forêt rêvée", "Ça va déjà", "Où est l'été", "Lumière à côté", "Noël perdu"),
    "icelandic": ("Nóttin þín", "Söngur báts", "Ljós í rökkri", "Blár maður", "Það er vor", "Góða ferð"),
}
ENCODINGS = [
    ("chinese", "gb18030"), ("taiwan", "big5"), ("japanese", "cp932"), ("japanese", "euc_jp"),
    ("japanese", "iso2022_jp"), ("korean", "cp949"), ("russian", "cp1251"), ("russian", "koi8_r"), ("greek", "cp1253"),
    ("turkish", "cp1254"), ("polish", "cp1250"), ("polish", "iso8859_2"), ("czech", "cp1250"), ("german", "cp1252"),
    ("french", "cp1252"), ("icelandic", "cp1252"),
]  # fmt: skip
UNICODE = ("utf-8", "utf-8-sig", "utf-16", "utf-32")


def made_text(language: str, lines: int, start: int = 0) -> str:
    titles = LISTS[language]
    return "".join(f"{titles[(start + n) % len(titles)]}\n" for n in range(lines))


@pytest.mark.parametrize("lines", [3, 10, 30])
@pytest.mark.parametrize(("language", "encoding"), ENCODINGS)
def test_lists_are_read_right(language: str, encoding: str, lines: int) -> None:
    for start in range(6):
        text = made_text(language, lines, start)
        assert decode_text(text.encode(encoding)).text == text


@pytest.mark.parametrize(("language", "encoding"), ENCODINGS)
def test_single_titles_are_right_or_marked(language: str, encoding: str) -> None:
    for start in range(6):
        text = made_text(language, 1, start)
        found = decode_text(text.encode(encoding))
        assert found.text == text or not found.sure, (text, found)


@pytest.mark.parametrize("encoding", UNICODE)
@pytest.mark.parametrize("language", LISTS)
def test_unicode_is_read_and_sure(language: str, encoding: str) -> None:
    text = made_text(language, 3)
    found = decode_text(text.encode(encoding))
    assert found.text == text
    assert found.sure


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_unicode_without_a_mark(encoding: str) -> None:
    for language in LISTS:
        text = made_text(language, 10)
        assert decode_text(text.encode(encoding)).text == text


def test_bytes_of_no_encoding_are_marked() -> None:
    assert not decode_text(bytes(range(128, 256)) * 3).sure


def test_western_names_in_a_table() -> None:
    text = "user,artist\nMüller,Björn Ågren\nSören,Röðull\n"
    assert decode_text(text.encode("cp1252")).text == text
