"""What the columns of tables are called in the exports that people have, and which of a table's columns are which.

Names are compared by their letters and digits alone, without case. It does not read files.
"""

from collections.abc import Mapping, Sequence

from audiorec.errors import InputError

# Best known first. `playlist` stands for a user only where nobody else is named.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "user": ("user", "user id", "username", "user name", "listener", "account", "benutzer", "utilisateur", "usuario",
             "用户", "用户名", "听众",
             "utente", "gebruiker", "użytkownik", "пользователь", "사용자", "ユーザー", "使用者"),
    "playlist": ("playlist id", "playlist", "playlist name", "pid", "歌单"),
    "count": ("count", "plays", "play count", "listens", "listen count", "weight", "scrobbles", "times played",
              "playback count", "anzahl", "wiedergaben", "次数", "播放次数", "reproducciones", "reproduções",
              "écoutes", "ascolti", "再生回数", "прослушивания",
              "nombre d écoutes", "lectures", "riproduzioni", "conteggio riproduzioni", "número de reproducciones",
              "anzahl wiedergaben", "прослушиваний", "количество", "odtworzenia", "liczba odtworzeń", "přehrání",
              "çalma sayısı", "aantal keer afgespeeld", "spelningar", "재생횟수", "재생수", "播放數", "播放次數"),
    "time": ("listened at", "played at", "scrobbled at", "timestamp", "uts", "ts", "last played", "date played",
             "datetime", "date time", "utc time", "end time", "date", "time", "added at", "date added", "when", "datum",
             "zeit", "日期", "播放时间", "时间",
             "event start timestamp", "play date", "zuletzt gespielt", "zuletzt wiedergegeben", "dernière lecture",
             "última reproducción", "ultima riproduzione", "fecha", "data", "дата", "дата прослушивания",
             "ostatnio odtwarzany", "날짜", "재생일", "再生日", "最終再生日", "播放時間"),
    "track_id": ("track id", "trackid"),
    "path": ("path", "file", "filename", "location", "file path", "file name", "uri path", "datei", "路径", "文件",
             "speicherort", "ruta", "archivo", "chemin", "fichier", "percorso", "путь", "файл", "ścieżka", "plik",
             "파일", "路徑", "檔案", "ファイル"),
    "artist": ("artist", "artists", "artist name", "artist names", "artist name s", "track artist", "performer",
               "creator", "singer", "band", "interpret", "künstler", "artiste", "artista", "исполнитель",
               "艺术家", "歌手", "艺人", "アーティスト",
               "artiest", "intérprete", "wykonawca", "artysta", "umělec", "sanatçı", "esittäjä", "виконавець",
               "καλλιτέχνης", "아티스트", "가수", "藝人", "演出者", "アーティスト名"),
    "album_artist": ("album artist", "album artist name", "album artist name s"),
    "title": ("title", "track", "track name", "track title", "song title", "song name", "name", "titel", "titre",
              "título", "titolo", "canción", "canzone", "brano", "canção", "música", "faixa", "låt",
              "название", "песня", "трек", "标题", "歌名", "歌曲", "曲名", "タイトル",
              "content name", "nummer", "tytuł", "utwór", "skladba", "název", "şarkı", "parça", "kappale", "назва",
              "композиция", "τίτλος", "제목", "곡명", "노래", "노래 제목", "標題", "曲目", "歌曲名", "楽曲"),
    "song": ("song", "music", "item", "lied", "chanson",
             # Both in one column.
             "artist title", "artist track", "artist song", "artist name track name", "track description"),
    "song_id": ("song id", "item id", "music id", "id"),
    "album": ("album", "album name", "album title", "release", "release name", "专辑", "アルバム",
              "álbum", "альбом", "앨범", "專輯", "アルバム名", "albüm"),
    "length": ("duration", "length", "duration ms", "track duration ms", "song length", "duration s", "track duration",
               "total time", "时长"),
    "heard": ("ms played", "seconds played", "play duration", "listened seconds", "listening time", "played ms",
              "seconds listened"),
    "kind": ("kind", "event", "event type", "action", "type"),
    "rating": ("rating", "stars", "my rating", "score", "bewertung", "评分"),
    "loved": ("loved", "liked", "favorite", "favourite", "starred", "is favorite", "喜欢"),
    "mbid": ("mbid", "recording mbid", "track mbid", "musicbrainz track id", "musicbrainz recording id",
             "recording id"),
    "isrc": ("isrc",),
    "spotify": ("spotify id", "track uri", "spotify track uri", "spotify uri", "spotify track id", "uri", "spotify"),
}  # fmt: skip
CLOCKS = ("time", "uhrzeit", "clock", "hora", "heure", "时间")  # beside a column of days
_SONG = ("track_id", "path", "title", "song", "song_id", "mbid", "isrc", "spotify")


def folded(name: str) -> str:
    """Letters and digits of a column's name, in lower case."""
    return "".join(sign for sign in name.casefold() if sign.isalnum())


_KNOWN: Mapping[str, tuple[str, ...]] = {column: tuple(map(folded, names)) for column, names in COLUMNS.items()}


def find_columns(header: Sequence[str], named: Mapping[str, str] | None = None) -> dict[str, int]:
    """Which place of a row holds which of COLUMNS; `named` gives the names of some, as {"song": "Name"}.

    Of two columns with one name the first counts. Raises InputError for a name in `named` that is not there.
    """
    places: dict[str, int] = {}
    for place, name in enumerate(header):
        places.setdefault(folded(name), place)
    found = {column: _named_place(places, column, name, header) for column, name in (named or {}).items()}
    taken = set(found.values())
    for column, names in _KNOWN.items():
        known = [places[name] for name in names if name in places and places[name] not in taken]
        if column not in found and known:
            found[column] = known[0]
    return found


def names_a_song(columns: Mapping[str, int]) -> bool:
    """Whether any of the columns says which song a row means."""
    return any(name in columns for name in _SONG)


def _named_place(places: Mapping[str, int], column: str, name: str, header: Sequence[str]) -> int:
    if column not in COLUMNS:
        raise InputError(f"no column is called {column!r} here: choose one of {', '.join(COLUMNS)}")
    if folded(name) not in places:
        raise InputError(f"the table has no column {name!r}: choose one of {', '.join(header)[:300]}")
    return places[folded(name)]
