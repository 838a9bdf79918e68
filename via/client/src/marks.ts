// How the client shows on <html> what it is about; the server's HTML never has these attributes.

/** The state of the stream. */
export const CONNECTION = "data-via-connection";
/** There while the view of another page is on its way. */
export const NAVIGATING = "data-via-navigating";
/** The event by which the server tells that the view has arrived and the address is right. */
export const ARRIVED = "via-navigated";
