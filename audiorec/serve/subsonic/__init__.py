"""The door for music players: the OpenSubsonic protocol, version 1.16.1, in JSON and XML."""
