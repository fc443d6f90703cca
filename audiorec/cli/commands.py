"""The commands, by what they are for, each with the line that `audiorec --help` shows."""

COMMANDS = {
    "From music to a list": {
        "demo": "Every step on the shipped library, or on a folder of yours.",
        "extract": "Turn music into features: sound, tags, lyrics.",
        "import": "Bring in listens, playlists, stars, friends.",
        "train": "Train every model that is missing or out of date.",
        "recommend": "A list for a user, with reasons.",
        "serve": "The page in a browser, the API, doors for music players.",
        "status": "What is here, and what to do next.",
    },
    "Lists and likeness": {
        "feedback": "Say what a user thinks of songs.",
        "similar": "What is most like a song, an artist or a user.",
        "playlists": "A user's lists as files, or in a Subsonic server.",
        "clusters": "Groups of songs by their listeners, sound or words.",
        "network": "A picture of the network around a user, song or artist.",
        "evaluate": "How good the lists are, on songs kept aside.",
    },
    "The library": {
        "tracks": "Every song with its tags, length and plays.",
        "lyrics": "The words of a song, coloured by feeling.",
        "users": "List, rename, merge and delete users.",
        "unmatched": "Listens that wait for their song.",
    },
    "One model at a time": {
        "train-cf": "Who plays what.",
        "train-network": "Users, songs and artists in one space.",
        "train-cnn": "Who likes which sound: networks.",
        "train-svm": "Who likes which song: a support vector machine.",
        "train-hybrid": "How much people, sound, words and network count.",
        "train-lyrics": "Moods of lyrics, from labelled texts.",
        "train-moods": "Labels of songs, from labelled songs.",
        "augment": "Made spectrogram patches for rare classes.",
        "encoder": "Pre-trained encoders of sound: add, list, remove.",
        "export": "A trained model as ONNX.",
        "recipe": "The shipped recipes, and what their keys mean.",
    },
}
