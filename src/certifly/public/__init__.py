"""The door for everyone: the check page of a certificate, its downloads, and the front page.

Whoever holds a code may look, without a login, a cookie or a script. What is shown are the labels of
the certificate; extra fields (addresses, numbers of the issuer's own) never leave through here.
"""
