"""What fills the slots of a phrasing: titles, days, times of day and names, as the demo recogniser knows them."""
import random

HOURS = 'one two three four five six seven eight nine ten eleven twelve'.split()
DAYS = 'monday tuesday wednesday thursday friday saturday sunday'.split()
MONTHS = 'january february march april may june july august september october november december'.split()
ORDINALS = ('first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth '
            'fifteenth sixteenth seventeenth eighteenth nineteenth twentieth').split()
ORDINALS += ['twenty ' + o for o in ORDINALS[:9]] + ['thirtieth', 'thirty first']
KINDS = ('dentist doctor haircut yoga lunch dinner team project budget piano swimming school massage interview '
         'training review gym').split()
NAMES = ('anna john maria peter sarah david emma michael laura tom james lisa paul kate mark julia daniel sophie '
         'robert alice').split()
FORMS = 'appointment appointment appointment appointment meeting session class lesson call'.split()
COMPANY = 'meeting call session appointment interview lunch dinner coffee training review'.split()  # what one has with somebody
# Any of these may stand in a made-up title: the model must copy, not recite.
TITLE_WORDS = KINDS + ('appointment meeting session class lesson call coffee school team training review project book change '
                       'date help name start swimming end read month interview').split()
# Titles a calendar may hold although nobody can say them to the demo recogniser.
FOREIGN_WORDS = ('breakfast standup planning retro client office garage mechanic vet optician physio pickup delivery '
                 'rent taxes birthday party football tennis choir band cinema concert museum flight train hotel bank '
                 'lawyer notary plumber electrician painter garden kitchen window car bike bus airport station doctor '
                 'blood test vaccine check cleaning shopping market library parents grandma brother sister cousin '
                 'neighbour Standup Sprint Planning Client Demo Board Dentist Physio Parents Evening').split()
# Practice only: any word as a part of a title, so that copying never hangs on which word it is.
ANY_WORDS = KINDS + NAMES + FOREIGN_WORDS + TITLE_WORDS

drill = False  # dates and names only, for practice in copying them
made_up = .08  # share of titles that nobody would say


def pick(*options):
    return random.choice(options)


def an(words):
    return ('an ' if words[0] in 'aeiou' else 'a ') + words


def time_of_day():
    r, h = random.random(), random.choice(HOURS)
    if r < .33:
        return h + pick(' p m', ' a m')
    if r < .48:
        return h
    if r < .64:
        return h + ' ' + pick('fifteen', 'thirty', 'thirty', 'forty five', 'ten', 'twenty', 'forty', 'fifty') + pick('', '', ' p m', ' a m')
    if r < .73:
        return pick('half past ', 'quarter past ', 'quarter to ') + h
    if r < .80:
        return h + " o'clock"
    if r < .94:
        return h + pick('', '', ' thirty') + pick(' in the morning', ' in the afternoon', ' in the evening')
    return 'noon'


def told_time():
    """A time as the tools tell it, mostly by the clock."""
    if random.random() < .2:
        return time_of_day()
    if random.random() < .06:
        return pick('noon', 'midnight')
    minutes = pick('', '', '', ' fifteen', ' thirty', ' thirty', ' forty five', ' oh five', ' ten', ' twenty', ' forty', ' fifty', ' twenty five')
    return random.choice(HOURS) + minutes + pick(' p m', ' a m')


def day():
    """(as spoken, as written into the tool call). Dates are more frequent than in life: they are the hardest to copy."""
    r = random.uniform(.58, 1) if drill else random.random()
    if r < .22:
        s = pick('tomorrow', 'tomorrow', 'tomorrow', 'today', 'today', 'tonight', 'tomorrow morning', 'tomorrow afternoon',
                 'tomorrow evening', 'this morning', 'this afternoon', 'this evening', 'the day after tomorrow')
    elif r < .40:
        s = 'on ' + random.choice(DAYS)
    elif r < .43:
        s = random.choice(DAYS)
    elif r < .54:
        s = pick('next ', 'this ') + random.choice(DAYS)
    elif r < .58:
        s = pick('next week', 'this week', 'this weekend', 'in two weeks', 'in three days', 'in a week', 'next month')
    elif r < .64:
        s = 'on ' + random.choice(DAYS) + ' ' + pick('morning', 'afternoon', 'evening')
    elif r < .76:
        s = 'on ' + random.choice(MONTHS) + ' ' + random.choice(ORDINALS)
    elif r < .87:
        s = 'on the ' + random.choice(ORDINALS)
    else:
        s = 'on the ' + random.choice(ORDINALS) + ' of ' + random.choice(MONTHS)
    return s, s[3:] if s.startswith('on ') else s


def random_words(words):
    return ' '.join(random.choice(words) for _ in range(pick(1, 2, 2, 3)))


def usual_title():
    """A title as the demo recogniser knows them: its own grammar, by its language model's bigrams."""
    r, k, n = random.random(), random.choice(KINDS), random.choice(NAMES)
    if drill and random.random() < .5:
        r = random.uniform(.5, .85)
    if r < .5:
        return k + ' ' + random.choice(FORMS)
    if r < .75:
        return random.choice(COMPANY) + ' with ' + n
    if r < .85:
        return k + ' with ' + n
    if r < .97:
        return k
    return pick('meeting', 'call')


def made_up_title():
    """What the recogniser hardly expects: words that nobody puts together, "for" somebody. Copying must not hang on what is usual."""
    n, words = random.choice(NAMES), ANY_WORDS if drill else TITLE_WORDS
    t = random_words(words) if random.random() < .6 else random.choice(KINDS) + ' ' + random.choice(FORMS)
    if random.random() < .5:
        t += pick(' with ', ' for ', ' for ') + pick(n, n, 'my ' + random.choice(words))
    return t


def title(generic=False):
    """(as spoken, as written into the tool call); generic: nothing that names the appointment."""
    if generic:
        return pick('an appointment', 'an appointment', 'another appointment'), None
    t = made_up_title() if random.random() < (.4 if drill else made_up) else usual_title()
    article = random.random()
    spoken = an(t) if article < .5 else 'my ' + t if article < .7 else 'the ' + t if article < .85 else t if article < .95 else 'another ' + t
    return spoken, t


def foreign_title():
    return random_words(FOREIGN_WORDS) if random.random() < .6 else random_words(FOREIGN_WORDS + TITLE_WORDS)
