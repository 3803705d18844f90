"""The centre: issue a certificate, produce its files, find it again."""
