"""Audio files to samples, windows and spectrograms. Times in ms, 16 samples a ms."""
