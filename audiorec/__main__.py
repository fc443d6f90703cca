"""`python -m audiorec`: the same as the command `audiorec`."""

from audiorec.cli.main import main

main()
