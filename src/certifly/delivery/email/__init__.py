"""E-mail to recipients: recorded with the certificate, composed when sent, tried until it is decided."""
