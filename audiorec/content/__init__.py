"""What a song sounds like: networks on spectrograms and waveforms, the SVM, the DCGAN, encoders."""
