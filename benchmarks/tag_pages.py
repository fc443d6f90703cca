"""How many tags in old code pages come out right: alone, and in a folder of their like. Prints JSON lines.

    python benchmarks/tag_pages.py

Each song is artist, title and album in a page, as ID3 frames that claim Latin-1 hold them. `right` and `marked` count
songs; `wrong` are wrong letters without a mark.
"""

import json
import os
import tempfile
from collections import Counter
from pathlib import Path

from audiorec.features.tags.tag_pages import page_of

# artist|title|album
SONGS = {
    "gbk": [
        "周杰伦|晴天|叶惠美",
        "王菲|红豆|唱游",
        "陈奕迅|十年|黑白灰",
        "邓丽君|月亮代表我的心|岛国之情歌",
        "朴树|平凡之路|猎户星座",
        "李健|贝加尔湖畔|依然",
        "许巍|蓝莲花|时光漫步",
        "孙燕姿|遇见|The Moment",
        "张学友|吻别|吻别",
        "刘德华|忘情水|忘情水",
        "崔健|一无所有|新长征路上的摇滚",
        "罗大佑|童年|之乎者也",
        "林俊杰|江南|第二天堂",
        "毛不易|消愁|平凡的一天",
        "薛之谦|演员|绅士",
        "五月天|倔强|神的孩子都在跳舞",
        "蔡琴|渡口|民歌",
        "韩红|天路|红",
    ],
    "big5": [
        "周杰倫|晴天|葉惠美",
        "王菲|紅豆|唱遊",
        "陳奕迅|十年|黑白灰",
        "鄧麗君|月亮代表我的心|島國之情歌",
        "張學友|吻別|吻別",
        "劉德華|忘情水|忘情水",
        "羅大佑|童年|之乎者也",
        "五月天|倔強|神的孩子都在跳舞",
        "蔡琴|渡口|民歌",
        "陶喆|愛很簡單|陶喆",
        "張惠妹|聽海|Bad Boy",
        "伍佰|挪威的森林|愛情的盡頭",
        "林憶蓮|至少還有你|林憶蓮's",
        "梁靜茹|勇氣|勇氣",
        "蘇打綠|小情歌|小宇宙",
        "田馥甄|小幸運|我的少女時代",
        "Beyond|海闊天空|樂與怒",
        "陳綺貞|旅行的意義|華麗的冒險",
    ],
    "cp932": [
        "宇多田ヒカル|First Love|First Love",
        "米津玄師|感電|STRAY SHEEP",
        "椎名林檎|丸ノ内サディスティック|無罪モラトリアム",
        "サザンオールスターズ|いとしのエリー|10ナンバーズ・からっと",
        "中島みゆき|糸|EAST ASIA",
        "久石譲|風の通り道|となりのトトロ",
        "坂本龍一|戦場のメリークリスマス|Merry Christmas",
        "YOASOBI|夜に駆ける|THE BOOK",
        "スピッツ|ロビンソン|ハチミツ",
        "松任谷由実|春よ、来い|THE DANCING SUN",
        "山下達郎|クリスマス・イブ|MELODIES",
        "美空ひばり|川の流れのように|川の流れのように",
        "浜崎あゆみ|愛のうた|愛",
        "ゆず|夏色|ゆず一家",
        "くるり|東京|さよならストレンジャー",
        "大滝詠一|君は天然色|A LONG VACATION",
        "平沢進|夢の島思念公園|パプリカ",
        "初音ミク|千本桜|千本桜",
    ],
    "euc_kr": [
        "소녀시대|다시 만난 세계|소녀시대",
        "아이유|좋은 날|REAL",
        "방탄소년단|봄날|YOU NEVER WALK ALONE",
        "이문세|붉은 노을|이문세 5",
        "김광석|서른 즈음에|네 번째",
        "서태지와 아이들|난 알아요|서태지와 아이들",
        "빅뱅|거짓말|ALWAYS",
        "들국화|그것만이 내 세상|들국화",
        "조용필|단발머리|조용필 1집",
        "이소라|바람이 분다|눈썹달",
        "윤도현|사랑했나봐|The Blues",
        "신승훈|보이지 않는 사랑|신승훈 2집",
        "박효신|야생화|야생화",
        "버스커 버스커|벚꽃 엔딩|버스커 버스커 1집",
        "악동뮤지션|200%|PLAY",
        "김건모|잘못된 만남|김건모 3",
        "나얼|바람기억|Principle Of My Soul",
        "이적|다행이다|나무로 만든 노래",
    ],
    "cp1251": [
        "Кино|Группа крови|Группа крови",
        "Земфира|Искала|Прости меня моя любовь",
        "ДДТ|Что такое осень|Актриса весна",
        "Алиса|Трасса Е-95|Шабаш",
        "Аквариум|Город золотой|Десять стрел",
        "Наутилус Помпилиус|Скованные одной цепью|Князь тишины",
        "Сплин|Выхода нет|Гранатовый альбом",
        "Ленинград|Экспонат|Вечерний Ленинград",
        "Би-2|Полковнику никто не пишет|Би-2",
        "Алла Пугачёва|Миллион алых роз|Ах, как хочется жить",
        "Мумий Тролль|Владивосток 2000|Морская",
        "Король и Шут|Лесник|Камнем по голове",
        "Сектор Газа|Лирика|Танцы после порева",
        "Владимир Высоцкий|Кони привередливые|Натянутый канат",
        "Океан Ельзи|Без бою|GLORIA",
        "Ляпис Трубецкой|Капитал|Капитал",
        "Любэ|Конь|Зона Любэ",
        "Чайф|Аргентина - Ямайка 5:0|Шекогали",
    ],
    "cp1250": [
        "Dżem|Whisky|Cegła",
        "Kult|Polska|Posłuchaj to do ciebie",
        "Czesław Niemen|Dziwny jest ten świat|Dziwny jest ten świat",
        "Lady Pank|Kryzysowa narzeczona|Lady Pank",
        "Maanam|Krakowski spleen|Nocny patrol",
        "Lucie|Amerika|Černý kočky mokrý žáby",
        "Kabát|Pohoda|Banditi di Praga",
        "Čechomor|Proměny|Proměny",
        "Jaromír Nohavica|Kometa|Divné století",
        "Karel Gott|Včelka Mája|Včelka Mája",
        "Omega|Gyöngyhajú lány|10 000 lépés",
        "Illés|Miért hagytuk, hogy így legyen|Nehéz az út",
        "Elán|Ulica|Neviem byť sám",
        "Đorđe Balašević|Računajte na nas|Pub",
        "Bijelo dugme|Ružica si bila|Bitanga i princeza",
        "Zdravko Čolić|Ti si mi u krvi|Zbog tebe",
        "Phoenix|Andrii Popa|Cantafabule",
        "Magda Umer|Koncert jesienny na dwa świerszcze|Wrzesień",
    ],
    "cp1252": [
        "Björk|Jóga|Homogenic",
        "Sigur Rós|Svefn-g-englar|Ágætis byrjun",
        "Motörhead|Ace of Spades|Ace of Spades",
        "Édith Piaf|La vie en rose|Édith Piaf",
        "Noir Désir|Le vent nous portera|Des visages des figures",
        "Café Tacvba|Eres|Cuatro caminos",
        "Die Ärzte|Männer sind Schweine|13",
        "Beyoncé|Déjà vu|B'Day",
        "Röyksopp|Só easy|Melody A.M.",
        "Blue Öyster Cult|Don't Fear the Reaper|Agents of Fortune",
        "João Gilberto|Chega de saudade|O amor",
        "Mylène Farmer|Désenchantée|L'autre",
        "Hüsker Dü|Zen Arcade|Zen",
        "Héroes del Silencio|Entre dos tierras|Senderos de traición",
        "Maná|Oye mi amor|¿Dónde jugarán los niños?",
        "Stéphane Grappelli|Minor Swing|Jazz à Paris",
        "Queensrÿche|Silent Lucidity|Empire",
        "Mötley Crüe|Dr. Feelgood|Shout",
    ],
    "cp1254": [
        "Tarkan|Şımarık|Ölürüm Sana",
        "Sezen Aksu|Gülümse|Gülümse",
        "Barış Manço|Gülpembe|Sözüm Meclisten Dışarı",
        "Müslüm Gürses|Affet|Aşk Tesadüfleri Sever",
        "Mor ve Ötesi|Bir Derdim Var|Dünya Yalan Söylüyor",
        "Ajda Pekkan|Süperstar|Süperstar",
        "Duman|Senden Daha Güzel|Darmaduman",
        "Şebnem Ferah|Sil Baştan|Kelimeler Yetse",
        "Cem Karaca|Tamirci Çırağı|Parka",
        "Zeki Müren|Şimdi Uzaklardasın|Kahır Mektubu",
    ],
    "cp1253": [
        "Γιώργος Νταλάρας|Παραπονεμένα λόγια|Μικρά Ασία",
        "Χάρις Αλεξίου|Μια πίστα από φώσφορο|Ζει κοντά σου",
        "Μίκης Θεοδωράκης|Ζορμπάς|Ζορμπάς",
        "Πυξ Λαξ|Μοναξιά μου όλα|Στίλβη",
        "Ελευθερία Αρβανιτάκη|Δυνατά|Μένω εκτός",
        "Νίκος Παπάζογλου|Αύγουστος|Χαράτσι",
        "Μάνος Χατζιδάκις|Χαμόγελο της Τζοκόντα|Το χαμόγελο",
    ],
}
PAGES = {**{page: page for page in SONGS}, "koi8-r": "cp1251", "euc_jp": "cp932", "iso8859_2": "cp1250"}
A_FOLDER = 6  # songs


def main() -> None:
    """Write one line for each page and way of standing."""
    for page, songs in PAGES.items():
        for folder in (1, A_FOLDER):
            with tempfile.TemporaryDirectory() as root:
                print(json.dumps({"page": page, "songs_a_folder": folder, **_measure(page, songs, folder, Path(root))}))


def _measure(page: str, songs: str, folder: int, root: Path) -> dict[str, int]:
    written = [song for song in SONGS[songs] if _can_write(song, page) and not song.isascii()]
    texts: dict[bytes, list[str]] = {}
    for number, song in enumerate(written):
        path = root / str(number // folder) / "album" / f"{number:02d}.mp3"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        texts[os.fsencode(path)] = [field.encode(page).decode("latin-1") for field in song.split("|")]

    def read(path: bytes) -> list[str]:
        return texts.get(path, [])

    counts = Counter({"right": 0, "marked": 0, "wrong": 0})
    for (path, claimed), song in zip(texts.items(), written, strict=True):
        found = page_of(claimed, [], path, read)
        is_right = [found.read(text) for text in claimed] == song.split("|")
        counts["marked" if not found.sure else "right" if is_right else "wrong"] += 1
    return dict(counts)


def _can_write(song: str, page: str) -> bool:
    try:
        song.encode(page)
    except UnicodeEncodeError:
        return False
    return True


if __name__ == "__main__":
    main()
