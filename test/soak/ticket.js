/**
 * What a client knows of its session.
 * @typedef {object} Ticket
 * @property {string} id
 * @property {string} instance which served it last
 * @property {number} createdAt not later than its creation
 * @property {number} usedAt when its last request ended that was answered
 * @property {number | undefined} deletedAt when its deletion was confirmed
 * @property {boolean} deleting from before its deletion is asked for
 * @property {number} inFlight requests of it that have been sent and not ended
 */
export {};
