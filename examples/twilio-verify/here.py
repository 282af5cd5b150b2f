# Twilio's SDK for Python, led to this service: VERIFY_URL is its address, API_KEY one of its keys, ACCOUNT yours at Twilio.

import os

from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

HERE = os.environ['VERIFY_URL']
ACCOUNT = 'AC0123456789abcdef0123456789abcdef'


class Here(TwilioHttpClient):
    def request(self, method, url, *args, **named):
        return super().request(method, url.replace('https://verify.twilio.com', HERE), *args, **named)


client = Client(ACCOUNT, os.environ['API_KEY'], http_client=Here())
