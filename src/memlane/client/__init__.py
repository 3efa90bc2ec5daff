"""The same API over HTTP: handles whose memory a server keeps."""
