"""Endless dialogues between a caller and the assistant: one state machine, whose answers are a function of the state.

A dialogue is `{messages, tools}` in the shape of runtime/contract/chat.ts. Beside it goes `learn`, one entry a
message: 'all', 'no', or 'cut' (the caller interrupted: the words are learned, the end of the message is not).
"""
import os
import random

import domain
import phrases as p
import prompts

FILLERS = set("a an the my please can you could i to would like i'd want need for me is do have hi hello okay and on at".split())
GREETINGS = ['Hello. How can I help you?', 'Hello! How can I help you?', 'Hello, how can I help you today?', 'Hi. What can I do for you?',
             'Good day. How can I help you?', 'Welcome. How can I help you?', 'Hello, this is the phone assistant. What can I do for you?']
HELP = 'How can I help you?'
MORE = 'Can I do anything else for you?'
SCOPE = 'Sorry, I can only book, list and cancel appointments.'
NO_MOVE = 'Sorry, I can not move an appointment, but I can cancel it or book another one.'
WHO_TEXT = 'I am your phone assistant. I look after your calendar, and I can book, list and cancel appointments.'
CAN_TEXT = ('I can book an appointment for you, tell you what is on your calendar on any day, and cancel an appointment. '
            'Just say, for example, book a haircut on friday at ten.')
UNCLEAR_TEXT = 'Sorry, I did not understand that.'
AGAIN = 'Could you say it again?'
FAILED = 'Sorry, that did not work. Please try again later.'
LEAVE = 'Okay, I will leave it. ' + MORE
WHICH_DAY = 'Which day should I look at?'
COUNTS = {1: 'one appointment', 2: 'two appointments', 3: 'three appointments', 4: 'four appointments', 5: 'five appointments', 6: 'six appointments'}
ERRORS = ['timeout', 'the tool gave no result', 'the calendar is not reachable', 'workflow failed', 'connection refused', 'no answer in time',
          'The tool workflow failed.', 'internal error', 'not allowed', 'the caller went on', 'status 500', 'calendar is read only']

_DEMO = {s.strip() for s in open(os.environ['VOICE_LOOP_DEMO_SENTENCES'])} if os.environ.get('VOICE_LOOP_DEMO_SENTENCES') else set()
FORBIDDEN = {s for s in _DEMO if len(s.split()) >= 4}
LEXICON = sorted({w for v in [*vars(domain).values(), *vars(p).values()]
                  if isinstance(v, list) and v is not domain.FOREIGN_WORDS and all(isinstance(x, str) for x in v)
                  for s in v for w in s.split() if '{' not in w})


def on(day):
    first = day.split(' ')[0]
    bare = first in ('today', 'tonight', 'tomorrow', 'this', 'next', 'in') or day.startswith('the day ')
    return day if bare else 'on ' + day


def listing(day, entries):
    if not entries:
        return f'You have no appointments {on(day)}.'
    items = [f"{e['title']} at {e['time']}" for e in entries]
    text = items[0] if len(items) == 1 else ', '.join(items[:-1]) + ', and ' + items[-1]
    return f'You have {COUNTS[len(items)]} {on(day)}: {text}.'


class Dialogue:
    def __init__(self, unseen=False, small=False):
        self.unseen = unseen      # use phrasings that training never sees
        self.small = small        # one short task, for the first part of the training
        self.messages, self.learn = [], []
        self.pending = None       # {'kind': book|cancel|list, ...slots, 'ask': the question put to the caller}
        self.last = None          # the assistant's last whole text
        self.focus = None         # (title, day) that "it" stands for
        self.known = {}           # day -> entries, so that what was booked is listed
        self.calls = 0
        self.used_unseen = False
        self.with_tools = True

    # --- what is said -------------------------------------------------------------------------------------------
    def choose(self, options):
        good = [o for o in options if (p.held_out(o) and len(o.split()) > 2) == self.unseen]
        if self.unseen and good:
            self.used_unseen = True
        return random.choice(good or [o for o in options if not p.held_out(o)] or options)

    def user(self, template, slots=None):
        """Says a template; slots are the spoken forms."""
        for _ in range(20):
            words = []
            for w in template.split():
                if w.startswith('{'):
                    words += [(x, True) for x in slots[w[1:-1]].split()]
                else:
                    words.append((w, False))
            if not self.unseen and random.random() < .08:
                words = self.misheard(words)
            text = ' '.join(w for w, _ in words).replace('on on ', 'on ').replace('for on ', 'for ').replace('from on ', 'from ')
            if text not in FORBIDDEN:
                break
            template = template + random.choice((' please', ' thanks', ' okay'))
        if not self.small and random.random() < .05:
            text = text[0].upper() + text[1:] + random.choice('..?')
        self.put_user(text)

    def put_user(self, text):
        self.messages.append({'role': 'user', 'content': text})
        self.learn.append('no')

    @staticmethod
    def misheard(words):
        spots = [i for i, (w, slot) in enumerate(words) if not slot and w in FILLERS]
        if spots and len(words) > 3:
            i = random.choice(spots)
            how = random.random()
            if how < .5:
                words = words[:i] + words[i + 1:]
            elif how < .8:
                words = words[:i] + [(random.choice(sorted(FILLERS)), False)] + words[i + 1:]
            else:
                words = words[:i] + [words[i]] + words[i:]
        return words

    def say(self, text, cut=None):
        """The assistant's text; the caller may cut it short."""
        self.last = text
        if cut is None:
            cut = not self.small and random.random() < .10
        words = text.split(' ')
        heard = random.randrange(0, len(words)) if cut else len(words)
        if heard == 0 and self.messages[-1]['role'] == 'assistant':
            heard = 1  # something followed a tool call
        self.messages.append({'role': 'assistant', 'content': ' '.join(words[:heard]), 'toolCalls': []})
        self.learn.append('all' if heard == len(words) else 'cut')

    def call(self, name, arguments, result):
        self.calls += 1
        self.messages.append({'role': 'assistant', 'content': '', 'toolCalls': [
            {'id': f'call_{self.calls}', 'name': name, 'arguments': arguments, 'result': result}]})
        self.learn.append('all')

    def question(self, other=HELP):
        return self.pending['ask'] if self.pending else other

    # --- side remarks: answered, then the open question again ------------------------------------------------------
    def side(self):
        r, n = random.random(), random.choice(domain.NAMES)
        slots = {'N': n, 'T': domain.title()[0], 'D': domain.day()[0], 'H': domain.time_of_day(), 'D2': domain.day()[1]}
        if r < .20:
            self.put_user('[unclear]' if random.random() < .7 else ' '.join(random.choice(LEXICON) for _ in range(random.randrange(3, 7))))
            self.say(UNCLEAR_TEXT + ' ' + self.question(AGAIN))
        elif r < .36:
            self.user(self.choose(p.REPEAT))
            self.say(self.last if self.last else 'I have not said anything yet. ' + HELP)
        elif r < .42:
            self.user(self.choose(p.WAIT))
            self.say('Sure, take your time.')
        elif r < .48:
            self.user(self.choose(p.DUNNO))
            self.say('No problem. ' + self.question())
        elif r < .54:
            self.user(self.choose(p.HELLO))
            self.say('Hello. ' + self.question())
        elif r < .59:
            self.user(self.choose(p.HOW_ARE_YOU))
            self.say('I am fine, thank you. ' + self.question())
        elif r < .62:
            self.user(self.choose(p.FINE))
            self.say('I am glad to hear that. ' + self.question())
        elif r < .66:
            self.user(self.choose(p.HEAR))
            self.say('Yes, I can hear you. ' + self.question())
        elif r < .70:
            self.user(self.choose(p.NAME), slots)
            self.say(f'Nice to meet you, {n}. ' + self.question())
        elif r < .75:
            self.user(self.choose(p.WHO))
            self.say(WHO_TEXT + ' ' + self.question())
        elif r < .83:
            self.user(self.choose(p.WHAT_CAN))
            self.say(CAN_TEXT + ' ' + self.question('What would you like to do?'))
        elif r < .90:
            self.user(self.choose(p.THANKS))
            self.say('You are welcome. ' + self.question(MORE))
        else:
            self.user(self.choose(p.OTHER), slots)
            self.say(SCOPE + (' ' + self.pending['ask'] if self.pending else ''))

    def maybe_side(self, share=.08):
        while not self.small and random.random() < share:
            self.side()

    # --- tasks -----------------------------------------------------------------------------------------------------
    def task(self):
        r = random.random()
        if not self.with_tools:
            return self.no_tools()
        if r < .44:
            self.book()
        elif r < .63:
            self.list()
        elif r < .84:
            self.cancel()
        elif r < .89:
            self.pending = None
            self.move()
        elif r < .90:
            self.pending = None
            self.ambiguous()
        elif r < .94:
            self.alone()
        else:
            self.side()

    def no_tools(self):
        slots = {'T': domain.title()[0], 'D': domain.day()[0], 'H': domain.time_of_day(), 'H2': domain.time_of_day()}
        if random.random() < .5:
            return self.side()
        t = pick_weighted(self.choose(p.VERBS) + ' {T} ' + self.choose(p.BOOK_TAILS), self.choose(p.LIST), self.choose(p.CANCEL_VERBS) + ' {T} {D}')
        self.user(t, slots)
        self.say('Sorry, I can not reach a calendar in this call.')

    def alone(self):
        """Yes, no, stop and goodbye with no question open."""
        self.pending = None
        r, asked = random.random(), bool(self.last) and self.last.endswith(MORE)
        if r < .25:
            self.user(self.choose(p.YES_ALONE))
            self.say('What would you like to do?')
        elif r < .5:
            self.user(self.choose(p.NO_ALONE))
            self.say('Goodbye. Have a nice day.' if asked else 'Okay. ' + MORE)
        elif r < .7:
            self.user(self.choose(p.STOP))
            self.say('Okay. ' + MORE)
        else:
            self.user(self.choose(p.BYE))
            self.say('Goodbye. Have a nice day.')

    def ambiguous(self):
        slots = {'T': domain.title()[0], 'D': domain.day()[0], 'H': domain.time_of_day(), 'N': random.choice(domain.NAMES)}
        self.user(self.choose(p.AMBIGUOUS), slots)
        self.say('Would you like to book, list or cancel an appointment?')

    def move(self):
        slots = {'T': domain.title()[0], 'D': domain.day()[0], 'H': domain.time_of_day(), 'D2': domain.day()[1]}
        self.user(self.choose(p.AFTER_BOOKING_CHANGE if self.focus and random.random() < .4 else p.MOVE), slots)
        self.say(NO_MOVE)

    # booking
    def book(self):
        generic = random.random() < .12
        (spoken, title), (day_said, day), time = domain.title(generic), domain.day(), domain.time_of_day()
        slots = {'T': spoken, 'D': day_said, 'H': time, 'H2': domain.time_of_day()}
        self.pending = {'kind': 'book', 'title': title, 'day': None, 'time': None}
        r = random.random()
        verb = self.choose(p.VERBS)
        if r < .50:
            template = self.choose(p.BOOK_FRONT) if random.random() < .1 else self.composed(verb + ' {T}', p.BOOK_TAILS)
            self.pending.update(day=day, time=time)
        elif r < .68:
            template = self.composed(verb + ' {T}', ['{D}', 'for {D}', '{D}'])
            self.pending.update(day=day)
        elif r < .80:
            template = self.composed(verb + ' {T}', ['at {H}', 'for {H}', 'at {H}'])
            self.pending.update(time=time)
        else:
            template = self.composed(verb + ' {T}', [''])
        if not self.small and random.random() < .03:
            cut = template.find(' {D}') if ' {D}' in template else -1
            if cut > 0 and template.startswith(verb) and 'for {D}' not in template:  # the caller paused: two turns, nothing heard between
                self.user(template[:cut], slots)
                self.say('x', cut=False)
                self.messages[-1]['content'], self.learn[-1] = '', 'no'
                template = template[cut + 1:]
        self.user(template, slots)
        self.fill_booking()

    def composed(self, frame, tails):
        for _ in range(30):
            template = (frame + ' ' + random.choice(tails)).strip() + random.choice(p.ENDS)
            if p.held_out(template) == self.unseen:
                self.used_unseen |= self.unseen
                return template
        return template

    def ask_booking(self):
        b = self.pending
        if not b['title']:
            b['ask'] = 'What is the appointment for?'
        elif not b['day'] and not b['time']:
            b['ask'] = f"When should I book your {b['title']}?"
        elif not b['day']:
            b['ask'] = f"On which day should I book your {b['title']}?"
        elif not b['time']:
            b['ask'] = f"At what time should I book your {b['title']}?"
        else:
            b['ask'] = None
        return b['ask']

    def fill_booking(self, lead=''):
        b = self.pending
        for _ in range(8):
            ask = self.ask_booking()
            if not ask:
                return self.do_book()
            self.say(lead + ask)
            lead = ''
            self.maybe_side()
            r = random.random()
            if r < .05:
                self.user(self.choose(p.STOP))
                self.pending = None
                return self.say(LEAVE)
            if r < .09 and not self.small:
                self.pending = None
                return self.task()
            if r < .15 and (b['time'] or b['day']):
                self.correct()
                continue
            self.answer_slot()
        self.pending = None

    def correct(self):
        b = self.pending
        (said, day), time = domain.day(), domain.time_of_day()
        if b['time'] and (not b['day'] or random.random() < .5):
            self.user(self.choose(p.CORRECT_TIME), {'H': time})
            b['time'] = time
        else:
            self.user(self.choose(p.CORRECT_DAY), {'D': said})
            b['day'] = day

    def answer_slot(self):
        b = self.pending
        (spoken, title), (said, day), time = domain.title(), domain.day(), domain.time_of_day()
        slots = {'T': spoken, 'D': said, 'H': time, 'H2': domain.time_of_day()}
        if not b['title']:
            template = self.choose(p.ANSWER_TITLE)
            b['title'] = title
        elif not b['day'] and not b['time']:
            template = self.choose(p.ANSWER_WHEN if random.random() < .6 else p.ANSWER_DAY if random.random() < .7 else p.ANSWER_TIME)
        elif not b['day']:
            template = self.choose([t for t in p.ANSWER_DAY if '{H}' not in t or random.random() < .3])
        else:
            template = self.choose([t for t in p.ANSWER_TIME if '{H2}' not in t or random.random() < .3])
        if '{D}' in template:
            b['day'] = day
        if '{H}' in template:
            b['time'] = time
        self.user(template, slots)

    def do_book(self):
        b = self.pending
        arguments = {'title': b['title'], 'day': b['day'], 'time': b['time']}
        r = random.random()
        if r < .80 or self.small and r < .92:
            done = dict(arguments)
            if random.random() < .4:  # the tool's words count, not the caller's
                done['time'] = domain.told_time()
            if random.random() < .3:
                done['day'] = domain.day()[1]
            self.call('book_appointment', arguments, {'status': 'booked', **done})
            self.known.setdefault(done['day'], []).append({'title': done['title'], 'time': done['time']})
            self.focus, self.pending = (done['title'], done['day']), None
            return self.say(f"Okay, I have booked your {done['title']} {on(done['day'])} at {done['time']}.")
        if r < .88:
            when = {'day': b['day'] if random.random() < .7 else domain.day()[1], 'time': b['time'] if random.random() < .7 else domain.time_of_day()}
            self.call('book_appointment', arguments, {'status': 'taken', **when})
            b['time'] = None
            return self.fill_booking(f"Sorry, I already have something {on(when['day'])} at {when['time']}. ")
        if r < .94:
            what = random.choice(('time', 'day'))
            self.call('book_appointment', arguments, {'status': 'unclear', 'what': what})
            b[what] = None
            return self.fill_booking(f'Sorry, I did not understand the {what}. ')
        self.fail('book_appointment', arguments)

    def fail(self, name, arguments):
        self.pending = None
        self.call(name, arguments, {'error': random.choice(ERRORS)})
        self.say(FAILED)

    # listing
    def list(self):
        said, day = domain.day()
        if self.known and random.random() < .4:
            day = random.choice(sorted(self.known))
            said = on(day)
        if random.random() < .15:
            slots = {'T': domain.title()[0]}
            self.user(self.choose(p.WHEN_IS if random.random() < .3 else p.LIST_OPEN), slots)
            if not self.ask_list():
                return
        else:
            template = self.choose(p.LIST)
            self.user(template + (random.choice(p.ENDS) if random.random() < .3 else ''), {'D': said, 'H': domain.time_of_day()})
            self.pending = {'kind': 'list', 'day': day}
        self.do_list()

    def ask_list(self, lead=''):
        self.pending = {'kind': 'list', 'ask': WHICH_DAY}
        self.say(lead + WHICH_DAY)
        self.maybe_side()
        r = random.random()
        if r < .08:
            self.user(self.choose(p.STOP))
            self.pending = None
            self.say(LEAVE)
            return False
        said, day = domain.day()
        self.user(self.choose(p.LIST_DAY), {'D': said})
        self.pending['day'] = day
        return True

    def do_list(self):
        day = self.pending['day']
        arguments, r = {'day': day}, random.random()
        if r < .05:
            return self.fail('list_appointments', arguments)
        if r < .09 and not self.small:
            self.call('list_appointments', arguments, {'status': 'unclear', 'what': 'day'})
            if self.ask_list('Sorry, I did not understand the day. '):
                self.do_list()
            return
        entries = self.known.setdefault(day, [])
        if not entries:
            for _ in range(random.choice((0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 6) if not self.small else (0, 1, 1, 2, 2, 3, 4))):
                entries.append({'title': foreign_or_own(), 'time': domain.told_time()})
        entries = self.known[day] = entries[:6]
        if not self.small and random.random() < (.8 if any(w in day for w in ('week', 'month')) else .04):
            entries = [{'title': e['title'], 'time': e['time'] + ' on ' + random.choice(domain.DAYS)} for e in entries]
        told = day if random.random() < .75 else domain.day()[1]
        result = {'appointments': entries, 'day': told}
        if random.random() < .1:
            result = {'day': told, 'appointments': entries}
        self.pending = None
        self.call('list_appointments', arguments, result)
        self.say(listing(told, entries))
        self.focus = (entries[0]['title'], told) if len(entries) == 1 else None
        if random.random() < .15:
            said, day = domain.day()
            self.user(self.choose(p.LIST_MORE), {'D': said})
            self.pending = {'kind': 'list', 'day': day}
            self.do_list()

    # cancelling
    def cancel(self):
        (spoken, title), (said, day) = domain.title(), domain.day()
        slots = {'T': spoken, 'D': said, 'H': domain.time_of_day()}
        c = self.pending = {'kind': 'cancel', 'title': None, 'day': None}
        r = random.random()
        if self.focus and r < .35:
            self.user(self.choose(p.CANCEL_LAST))
            c['title'], c['day'] = self.focus
        elif r < .75:
            if self.known and random.random() < .3:
                d = random.choice(sorted(self.known))
                if self.known[d]:
                    title, day = random.choice(self.known[d])['title'], d
                    slots.update(T='my ' + title, D=on(day))
            self.user(self.composed(self.choose(p.CANCEL_VERBS) + ' {T}', p.CANCEL_TAILS), slots)
            c['title'], c['day'] = title, day
        elif r < .90:
            self.user(self.composed(self.choose(p.CANCEL_VERBS) + ' {T}', ['', '', 'at {H}']), slots)
            c['title'] = title
        elif self.focus is None:
            self.user(self.choose(p.CANCEL_OPEN))
        else:
            self.user(self.choose(p.CANCEL_OPEN) + ' ' + '{D}', slots)
            c['day'] = day
        self.fill_cancel()

    def ask_cancel(self):
        c = self.pending
        if not c['title']:
            c['ask'] = 'Which appointment should I cancel?'
        elif not c['day']:
            c['ask'] = f"On which day is your {c['title']}?"
        else:
            c['ask'] = f"Should I cancel your {c['title']} {on(c['day'])}?"

    def fill_cancel(self):
        c = self.pending
        for _ in range(8):
            self.ask_cancel()
            self.say(c['ask'])
            self.maybe_side()
            whole = c['title'] and c['day']
            (spoken, title), (said, day) = domain.title(), domain.day()
            slots = {'T': spoken, 'D': said, 'H': domain.time_of_day()}
            r = random.random()
            if r < .05 and not self.small:
                self.pending = None
                return self.task()
            if whole and r < .13:
                self.user(self.choose(p.CORRECT_DAY), slots)
                c['day'] = day
            elif whole and r < .70:
                self.user(self.choose(p.YES))
                return self.do_cancel()
            elif whole or r < .10:
                if whole:
                    self.user(self.choose(p.NO + p.STOP))
                    self.pending = None
                    return self.say('Okay, I will not cancel it. ' + MORE)
                self.user(self.choose(p.STOP))
                self.pending = None
                return self.say(LEAVE)
            elif not c['title']:
                template = self.choose(p.CANCEL_TITLE)
                self.user(template, slots)
                c['title'] = title
                if '{D}' in template:
                    c['day'] = day
            else:
                self.user(self.choose(p.CANCEL_DAY), slots)
                c['day'] = day
        self.pending = None

    def do_cancel(self):
        c = self.pending
        arguments = {'title': c['title'], 'day': c['day']}
        r = random.random()
        if r < .72:
            done = dict(arguments)
            if random.random() < .2:
                done['day'] = domain.day()[1]
            if random.random() < .1:
                done['title'] = domain.title()[1]
            self.call('cancel_appointment', arguments, {'status': 'cancelled', **done})
            self.say(f"Okay, I have cancelled your {done['title']} {on(done['day'])}.")
        elif r < .88:
            self.call('cancel_appointment', arguments, {'status': 'not_found', **arguments})
            self.say(f"Sorry, I could not find your {c['title']} {on(c['day'])}.")
        elif r < .93:
            self.call('cancel_appointment', arguments, {'status': 'unclear', 'what': 'day'})
            c['day'] = None
            c['ask'] = f"On which day is your {c['title']}?"
            self.say('Sorry, I did not understand the day. ' + c['ask'])
            said, day = domain.day()
            self.user(self.choose(p.CANCEL_DAY), {'D': said, 'H': domain.time_of_day()})
            c['day'] = day
            return self.fill_cancel()
        else:
            return self.fail('cancel_appointment', arguments)
        self.known.get(c['day'], [])[:] = [e for e in self.known.get(c['day'], []) if e['title'] != c['title']]
        self.focus = self.pending = None


def pick_weighted(*options):
    return random.choice(options)


def foreign_or_own():
    return domain.title()[1] if random.random() < .85 else domain.foreign_title()


def draw_setting():
    """(instructions, tools) of a dialogue; now and then there are no tools."""
    return prompts.instructions(), [] if random.random() < .03 else prompts.tools()


def make(unseen=False, small=False, tasks=None, product=False, setting=None):
    """One dialogue. `product`: exactly the product's instructions and tools; `setting`: these ones."""
    d = Dialogue(unseen, small)
    system, tools = (prompts.INSTRUCTIONS, prompts.product_tools()) if product else setting or draw_setting()
    d.with_tools = bool(tools)
    if system:
        d.messages.append({'role': 'system', 'content': system})
        d.learn.append('no')
    if random.random() < .6:
        greeting = random.choice(GREETINGS)
        d.say(greeting, cut=False) if not d.messages else greet(d, greeting)
        d.learn[-1] = 'no'
    for _ in range(tasks or random.choice((1, 1, 1, 2, 2, 3, 4, 5))):
        if not small and random.random() < .12:
            d.pending = None
            d.side()
        d.task()
    if not small and random.random() < .3:
        d.alone()
    return {'messages': d.messages, 'tools': tools}, d.learn, d


def drill():
    """One short task without a prompt, full of dates, times and names: practice in copying."""
    domain.drill = True
    d = Dialogue(small=True)
    random.choice((d.book, d.list, d.list, d.cancel))()
    domain.drill = False
    return {'messages': d.messages, 'tools': []}, d.learn, d


def greet(d, greeting):
    d.last = greeting
    words = greeting.split(' ')
    heard = len(words) if random.random() < .8 else random.randrange(1, len(words))
    d.messages.append({'role': 'assistant', 'content': ' '.join(words[:heard]), 'toolCalls': []})
    d.learn.append('no')


if __name__ == '__main__':
    import sys
    random.seed(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
    for _ in range(6):
        for m in make()[0]['messages']:
            print(m['role'], '|', m['content'], *[f"{c['name']} {c['arguments']} -> {c['result']}" for c in m.get('toolCalls', [])])
        print('---')
