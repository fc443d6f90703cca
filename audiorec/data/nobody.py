"""What stands in an artist's place and names no artist: several of them, one that is not known, or nothing.

As players, taggers, stores and encyclopaedias write it in their languages. Each name is said only where it cannot be
meant as somebody: "Divers" and "Unknown" are left to nobody though bands are called so, "The Unknown" is a band.
"""

import re

SEVERAL = """
various artists; various artist; various; va; various performers; various composers; various interpreters;
various interprets; various singers; multiple artists; mixed artists; several artists; diverse artists;
compilation; compilations; sampler; soundtrack; ost; original soundtrack; original motion picture soundtrack;
motion picture soundtrack; original cast; misc; miscellaneous; diverse; verschiedene; verschiedene interpreten;
verschiedene künstler; diverse interpreten; diverse künstler; diverse artister; diverse kunstnere;
diverse artiesten; verschillende artiesten; blandade artister; olika artister; blandet; forskellige kunstnere;
ymsir flytjendur; ýmsir listamenn; eri esittäjiä; useita esittäjiä; eri artisteja; artistes divers; divers;
divers artistes; divers interprètes; artistes variés; multi-interprètes; plusieurs artistes; artistas varios;
artistas variados; varios; varios artistas; varios intérpretes; varios artistes; diversos artistas;
diversos intérpretes; vários; vários artistas; vários intérpretes; artistes diversos; artisti vari; vari artisti;
artisti diversi; autori vari; aa.vv.; artiști diverși; diverși artiști; diverși; diverși interpreți;
różni wykonawcy; różni artyści; różni; składanka; různí interpreti; různí umělci; různí; rôzni interpreti;
rôzni umelci; vegyes előadók; különböző előadók; különféle előadók; válogatás; razni izvođači; razni izvodjači;
razni umjetnici; različni izvajalci; çeşitli sanatçılar; karışık; διάφοροι καλλιτέχνες; διάφοροι;
erinevad esitajad; dažādi izpildītāji; įvairūs atlikėjai; разные исполнители; различные исполнители;
разные артисты; разные; сборник; сборники; саундтрек; різні виконавці; різні; разни изпълнители;
различни изпълнители; разни извођачи; אמנים שונים; מבצעים שונים; שונים; فنانون متنوعون; فنانون مختلفون;
فنانين متنوعين; متنوع; هنرمندان مختلف; विभिन्न कलाकार; विविध; ศิลปินรวม; รวมศิลปิน; nhiều nghệ sĩ; nhiều ca sĩ;
berbagai artis; pelbagai artis; aneka artis; 群星; 华语群星; 欧美群星; 群星合唱; 多位艺人; 多位歌手; 众艺人;
众歌手; 多位艺术家; 各种艺人; 各种艺术家; 多种艺术家; 各种演出者; 合辑; 合集; 杂锦; 多人; 原声带; 原声大碟;
电影原声; ヴァリアスアーティスト; ヴァリアスアーティスツ; ヴァリアス; オムニバス; コンピレーション;
様々なアーティスト; サウンドトラック; サントラ; 여러 아티스트; 여러 가수; 다양한 아티스트; 옴니버스; 모음집
"""
UNKNOWN = """
unknown artist; unknown artists; unknown; artist unknown; unknown performer; unknown composer; unknown singer;
unknown author; unknown album; unnamed artist; untitled artist; no artist; artist name; not available; not set;
unspecified; undefined; none; null; nan; na; n/a; tba; anonymous; anonym; anonyme; anonimo; anónimo; anônimo;
traditional; trad; unbekannt; unbekannter interpret; unbekannte interpreten; unbekannter künstler;
unbekannter artist; interpret unbekannt; onbekend; onbekende artiest; okänd; okänd artist; ukjent; ukjent artist;
ukendt; ukendt kunstner; óþekktur listamaður; tuntematon; tuntematon esittäjä; tuntematon artisti; inconnu;
artiste inconnu; interprète inconnu; desconocido; artista desconocido; intérprete desconocido; desconhecido;
artista desconhecido; intérprete desconhecido; artista desconegut; sconosciuto; artista sconosciuto;
necunoscut; artist necunoscut; nieznany; nieznany wykonawca; nieznany artysta;
brak wykonawcy; neznámý; neznámý interpret; neznámý umělec; neznámy interpret; ismeretlen; ismeretlen előadó;
nepoznat; nepoznati izvođač; nepoznat izvođač; neznani izvajalec; bilinmeyen; bilinmeyen sanatçı; άγνωστος;
άγνωστος καλλιτέχνης; tundmatu esitaja; nezināms izpildītājs; nežinomas atlikėjas; неизвестный; неизвестен;
неизвестный исполнитель; неизвестный артист; исполнитель неизвестен; нет исполнителя; невідомий;
невідомий виконавець; неизвестен изпълнител; непознат извођач; אמן לא ידוע; לא ידוע; فنان غير معروف; فنان مجهول;
غير معروف; مجهول; هنرمند ناشناس; ناشناس; अज्ञात कलाकार; अज्ञात; ศิลปินที่ไม่รู้จัก; ไม่ทราบศิลปิน;
ไม่ทราบชื่อศิลปิน; nghệ sĩ không xác định; không rõ nghệ sĩ; artis tidak dikenal; artis tidak diketahui; 未知;
未知艺术家; 未知歌手; 未知艺人; 未知演出者; 未知表演者; 未知作者; 不明; 不详; 佚名; 无名氏; 匿名; 無名氏;
不明なアーティスト; 不明アーティスト; アーティスト不明; 未知のアーティスト; アーティスト情報なし; 作者不明;
알 수 없는 아티스트; 알 수 없음; 아티스트 미상; 미상; 작자 미상
"""
NAMES = tuple(" ".join(name.split()) for text in (SEVERAL, UNKNOWN) for name in text.split(";"))
# With a number behind them: what rippers write for a disc that they do not know.
NUMBERED = (
    "track",
    "audio track",
    "unknown artist",
    "unknown",
    "titel",
    "piste",
    "pista",
    "traccia",
    "various artists",
)
_SIGNS = re.compile(r"[-‐-―_.·•…~*?？\s]*")
# What YouTube puts behind the name of an artist's channel, and people behind that of a compilation.
_BEHIND = re.compile(r"\s+-\s+topic$|\s*[(（\[][^()（）\[\]]*[)）\]]$", re.IGNORECASE)
# MusicBrainz' artists for special purposes, whatever a tagger was told to call them: Various Artists, [unknown],
# [no artist], [anonymous], [traditional], [data], [dialogue].
SPECIAL_MBIDS = frozenset((
    "89ad4ac3-39f7-470e-963a-509546377b13", "125ec42a-7229-4250-afc5-e057484327fe",
    "eec63d3c-3b81-4ad4-b1e4-7c147d4d2b61", "f731ccc4-e22a-43af-a747-64213329e088",
    "9be7f096-97ec-4615-8957-8d40b5dcbc41", "33cf029c-63b0-41a0-9855-be2a3665fb3b",
    "314e1c25-dde7-4e4d-b2f4-0a7b9f7c56dc",
))  # fmt: skip


def is_signs(text: str) -> bool:
    """Whether a text is dashes, dots and question marks alone; "!!!" and "+/-" are bands."""
    return _SIGNS.fullmatch(text) is not None


def bare(text: str) -> str:
    """A name without what services and people put behind it.

    >>> bare("Various Artists - Topic"), bare("Various Artists (Compilation)")
    ('Various Artists', 'Various Artists')
    """
    return _BEHIND.sub("", text)
