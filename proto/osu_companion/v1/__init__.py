"""The contract ``osu_companion.v1``: Python stubs generated from the .proto files beside them."""
