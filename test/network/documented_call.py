"""The HTTP of docs/signalling.md, for callers that are no browser, and when such a caller has heard enough."""
import json
import urllib.request
import wave

RATE = 16000
# Above it a 20 ms frame is no silence.
LOUD = 500


def request(method, url, body=None, content_type=None):
    """Status, headers and body of what is answered."""
    headers = {"Content-Type": content_type} if content_type else {}
    with urllib.request.urlopen(urllib.request.Request(url, data=body, method=method, headers=headers)) as answer:
        return answer.status, answer.headers, answer.read().decode()


class Call:
    def __init__(self, url, offer):
        self.status, self.headers, self.answer = request("POST", url, offer.encode(), "application/sdp")
        self.url = url + self.headers["Location"]
        self.told = []
        self.ended = None

    def listen(self):
        """Waits for the next messages; whether the caller was understood, or the call is over."""
        after = self.told[-1]["seq"] if self.told else 0
        page = json.loads(request("GET", f"{self.url}&after={after}")[2])
        self.told += page["messages"]
        return page["ended"] or "caption.final" in [message.get("event", {}).get("type") for message in self.told]

    def hang_up(self):
        self.ended = request("DELETE", self.url)[0]

    def report(self):
        print(json.dumps({"status": self.status, "type": self.headers["Content-Type"], "location": self.headers["Location"], "told": self.told, "ended": self.ended}))


def said(loud):
    """Half a second of sound, then one of silence: `loud` of each 20 ms so far."""
    return sum(loud) >= 25 and not any(loud[-50:])


def read_wav(file):
    with wave.open(file) as speech:
        return speech.readframes(speech.getnframes())


def write_wav(file, samples):
    with wave.open(file, "wb") as heard:
        heard.setparams((1, 2, RATE, 0, "NONE", "not compressed"))
        heard.writeframes(samples)
