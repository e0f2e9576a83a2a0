"""What the daemon and its clients share: the contract (``v1``) and local discovery (``local``)."""
