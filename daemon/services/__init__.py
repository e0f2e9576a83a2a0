"""The services of ``osu_companion.v1``: thin, each method a few steps over the other packages."""
