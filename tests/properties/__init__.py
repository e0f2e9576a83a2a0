"""What must hold for any bytes, any map and any edit, tried on as many examples as asked for."""
