"""Lists and tables of other machines and programs: how many plays of their lines find their songs."""

from collections.abc import Callable

from tests.circumstances.place import Place, named


def a_list(name: str, data: bytes, matched: int) -> Callable[[Place], None]:
    """A list that is imported for a user; so many of its lines find their songs."""

    def check(place: Place) -> None:
        for path in (
            "Björk/Homogenic/01 Jóga.mp3",
            "Hollow/First/01 One.mp3",
            "周杰伦/叶惠美/晴天.mp3",
            "Кино/Группа крови/Перемен.mp3",
            "#1 Crush.mp3",
        ):
            artist, title = (
                (path.split("/")[0], path.split("/")[-1][:-4].lstrip("01 ")) if "/" in path else ("Gar", path)
            )
            place.song(path, *named(artist, title))
        place.extract()
        (place.root / name).write_bytes(data)
        place.library.import_auto(place.root / name, user="me")
        assert sum(track["plays"] for track in place.library.tracks()) == matched

    return check


LISTS = {
    "an m3u in Latin-1": a_list("west.m3u", "#EXTM3U\r\nBjörk/Homogenic/01 Jóga.mp3\r\n".encode("cp1252"), 1),
    "a list of Windows": a_list("w.m3u8", b"C:\\Users\\me\\Music\\Hollow\\First\\01 One.mp3\n", 1),
    "a list of a share": a_list("s.m3u8", "\\\\NAS\\music\\周杰伦\\叶惠美\\晴天.mp3\n".encode(), 1),
    "a list of addresses": a_list("u.m3u8", b"file:///D:/Music/Hollow/First/01%20One.mp3\n", 1),
    "a list of a phone": a_list("p.m3u8", b"/storage/emulated/0/Music/Hollow/First/01 One.mp3\n", 1),
    "+ for a space": a_list("+.m3u8", b"http://nas/music/Hollow/First/01+One.mp3\n", 1),
    "a list of DOS": a_list("d.m3u", "D:\\Кино\\Группа крови\\Перемен.mp3\r\n\x1a".encode("cp866"), 1),
    "UTF-8 that was written twice": a_list("8.m3u8", "BjÃ¶rk/Homogenic/01 JÃ³ga.mp3\n".encode(), 1),
    "UTF-16 without a mark": a_list("16.m3u", "D:\\Hollow\\First\\01 One.mp3\r\n".encode("utf-16-le"), 1),
    "a song that looks like a comment": a_list("c.m3u8", b"#EXTM3U\n#1 Crush.mp3\n", 1),
    "a table of a western Excel": a_list("e.csv", "artist,title,count\nBjörk,Jóga,3\n".encode("cp1252"), 3),
    "a table with sep=": a_list("t.csv", b"sep=;\nuser;artist;title;count\nann;Hollow;One;3\n", 3),
    "a table of a Mac": a_list("m.csv", b"user,artist,title\rann,Hollow,One\r", 1),
    "last fields left off": a_list("l.csv", b"user,artist,title,count,time\nann,Hollow,One\n", 1),
    "a list of Windows Media": a_list(
        "a.asx", b'<asx><entry><title>One</title><ref href="D:\\Hollow\\First\\01 One.mp3"/></entry></asx>', 1
    ),
    "a table in Spanish": a_list("es.csv", "artista,canción,reproducciones\nHollow,One,3\n".encode("cp1252"), 3),
    "a table in Polish": a_list("pl.csv", "Wykonawca;Tytuł;Odtworzenia\nHollow;One;3\n".encode("cp1250"), 3),
    "a table in Korean": a_list("ko.csv", "아티스트,곡명,재생횟수\nHollow,One,3\n".encode("cp949"), 3),
    "artist and title in one column": a_list("o.csv", b"Artist - Title;Plays\nHollow - One;3\n", 3),
    "a day of Apple Music": a_list("y.csv", b"Date Played,Play Count,Track Description\n20210101,2,Hollow - One\n", 2),
    "a concert is not the song": a_list("v.csv", b"user,artist,title\nann,Hollow,One (Live at Home)\n", 0),
    "a remaster": a_list("r.csv", b"user,artist,title\nann,Hollow,One - 2011 Remaster\n", 1),
    "the day without dashes": a_list("d.csv", b"user,artist,title,time\nann,Hollow,One,20210131\n", 1),
    "UTF-16 without a mark, as a table": a_list("u.csv", "Artist,Title,Plays\nHollow,One,3\n".encode("utf-16-le"), 3),
    "sep= a tab": a_list("t.csv", b"sep=\t\nArtist\tTitle\tPlays\nHollow\tOne\t3\n", 3),
    "a title above the table": a_list("a.csv", b"My plays,,\n,,\nArtist,Title,Plays\nHollow,One,3\n", 3),
    "a title of one column above it": a_list("b.csv", b"My plays\n\nArtist;Title;Plays\nHollow;One;3\n", 3),
    "a remark above the table": a_list("r.csv", b"# made by a player\nArtist,Title,Plays\nHollow,One,3\n", 3),
    "zeros behind the table": a_list("z.csv", b"Artist,Title,Plays\nHollow,One,3\n\0\0\0\0", 3),
    "thousands by spaces": a_list("s.csv", "Artiste;Titre;Lectures\nHollow;One;1\u202f234\n".encode(), 1234),
    "thousands by apostrophes": a_list("p.csv", b"Interpret;Titel;Gespielt\nHollow;One;1'234\n", 1234),
    "thousands by points": a_list("b.csv", b"Interpret;Titel;Gespielt\nHollow;One;1.234\nHollow;One;12\n", 1246),
    "thousands by points alone": a_list("b.csv", b"Interpret;Titel;Gespielt\nHollow;One;1.234.567\n", 1234567),
    "three decimals": a_list("3.csv", b"artist,title,plays\nHollow,One,3.000\nHollow,One,1.000\n", 4),
    "halves beside three decimals": a_list("h.csv", b"artist,title,plays\nHollow,One,1.250\nHollow,One,0.75\n", 2),
    "counts made short": a_list("k.csv", "artist,title,plays\nHollow,One,1.2K\nHollow,One,3万次\n".encode(), 31_200),
    "marks of a player of phones": a_list(
        "p.m3u8", b"#EXTM3U\n#EXT-X-RATING:0\nprimary/Music/Hollow/First/01 One.mp3\n", 1
    ),
    "quotation marks around a path": a_list("q.m3u", b'"C:\\Music\\Hollow\\First\\01 One.mp3"\n', 1),
    "an address with a drive": a_list("f.m3u8", b"file://C:\\Music\\Hollow\\First\\01 One.mp3\n", 1),
    "a share by its address": a_list("b.m3u8", b"smb://nas/music/Hollow/First/01%20One.mp3\n", 1),
    "a long path of Windows": a_list("l.m3u8", b"\\\\?\\UNC\\nas\\music\\Hollow\\First\\01 One.mp3\n", 1),
    "a document of a phone": a_list(
        "c.m3u8",
        b"content://com.android.externalstorage.documents/document/primary%3AMusic%2FHollow%2FFirst%2F01%20One.mp3\n",
        1,
    ),
    "percent codes without an address": a_list("v.m3u8", b"Bj%C3%B6rk/Homogenic/01%20J%C3%B3ga.mp3\n", 1),
    "three ends of each line": a_list("r.m3u", b"#EXTM3U\r\r\nHollow/First/01 One.mp3\r\r\n", 1),
    "a path of an old Mac": a_list("o.m3u", b"Macintosh HD:Music:Hollow:First:01 One.mp3\n", 1),
    "a dollar for a drive": a_list("d.m3u", b"\\\\nas\\d$\\Music\\Hollow\\First\\01 One.mp3\n", 1),
    "a name with its file's ending twice": a_list("t.m3u", b"Hollow/First/01 One.mp3.mp3\n", 0),
    "another ending": a_list("e.m3u", b"Hollow/First/01 One.flac\n", 1),
    "no folder": a_list("n.m3u", b"01 One.mp3\n", 1),
    "a list within a folder above": a_list("a.m3u", b"..\\..\\Hollow\\First\\01 One.mp3\n", 1),
    "a table of lines with bars": a_list(
        "b.md", b"| artist | title | plays |\n|---|---|---|\n| Hollow | One | 3 |\n", 3
    ),
    "counts with a word": a_list("w.csv", "歌手,歌名,播放量\nHollow,One,3次\nHollow,One,2 plays\n".encode(), 5),
    "counts that Excel guards": a_list("g.csv", b'Artist,Title,Plays\nHollow,One,"=""3"""\nHollow,One,\'2\n', 5),
    "commas as wide as letters": a_list("c.csv", "歌手，歌名，次数\n周杰伦，晴天，3\n".encode(), 3),
    "a total below": a_list("f.csv", b"Artist,Title,Plays\nHollow,One,3\nTotal,,3\n\nMade on 2024-01-01\n", 3),
    "a table in French": a_list("fr.csv", "Nom de l'artiste;Morceau;Nombre d'écoutes\nHollow;One;3\n".encode(), 3),
    "a table in Turkish": a_list("tr.csv", "Sanatçı Adı;Şarkı Adı;Dinlenme\nHollow;One;3\n".encode(), 3),
    "a table in Japanese": a_list("ja.csv", "トラック名,アーティスト名,再生数\nOne,Hollow,3\n".encode("cp932"), 3),
    "a table in Chinese": a_list("zh.csv", "歌曲名称,演唱者,听歌次数\n晴天,周杰伦,3\n".encode("gbk"), 3),
    "a table in Russian": a_list("ru.csv", "Артист;Композиция;Воспроизведений\nКино;Перемен;3\n".encode("cp1251"), 3),
    "a table in Danish": a_list("da.csv", b"Kunstner;Titel;Afspilninger\nHollow;One;3\n", 3),
}
