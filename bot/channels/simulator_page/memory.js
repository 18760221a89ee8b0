/** What the page remembers between visits: who writes, and where. Nothing that was written is kept here. */

const PLACE = "awrach-simulator";

/** Invented numbers of the example people. */
const NUMBERS = Array.from({ length: 9 }, (_, n) => `+21260000000${n + 1}`);

/**
 * @typedef {{id: string, name: number, number: string}} Person
 */
export class Memory {
  constructor() {
    const { account, people, current, verified } = read();
    this.account = account === "whatsapp" ? "whatsapp" : "telegram";
    this.verified = verified === true;
    /** @type {Person[]} */
    this.people = Array.isArray(people) ? people.filter(({ id, number }) => id && NUMBERS.includes(number)) : [];
    this.current = current;
    if (!this.people.length) this.addPerson();
  }

  /** @returns {Person} */
  get person() {
    return this.people.find(({ id }) => id === this.current) ?? this.people[0];
  }

  /** The number that the channel vouches for: WhatsApp always has one, Telegram only of a verified person. */
  get phone() {
    return this.account === "whatsapp" || this.verified ? this.person.number : undefined;
  }

  /** Someone else's number, for a contact that is not the person's own. */
  get otherNumber() {
    return NUMBERS[(NUMBERS.indexOf(this.person.number) + 1) % NUMBERS.length];
  }

  /** Makes a person whom the assistant has not met and who writes from now on. */
  addPerson() {
    const name = Math.max(0, ...this.people.map((person) => person.name)) + 1;
    const person = { id: makeId(), name, number: NUMBERS[(name - 1) % NUMBERS.length] };
    this.people.push(person);
    this.change({ current: person.id });
  }

  change(values) {
    Object.assign(this, values);
    const { account, people, current, verified } = this;
    try {
      localStorage.setItem(PLACE, JSON.stringify({ account, people, current, verified }));
    } catch {
      // Storage is off in this browser: the page works, and forgets at the next visit.
    }
  }
}

function read() {
  try {
    return JSON.parse(localStorage.getItem(PLACE)) ?? {};
  } catch {
    return {};
  }
}

// crypto.randomUUID is missing where the page is opened by an address in the local network, without TLS.
function makeId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
