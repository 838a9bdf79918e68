// How the client shows on <html> what it is about; the server's HTML never has these attributes.

/** The state of the stream. */
export const CONNECTION = "data-via-connection";
/** There while the view of another page is on its way. */
export const NAVIGATING = "data-via-navigating";
/** There while requests wait that the server has put off. */
export const WAITING = "data-via-waiting";
/** The event by which the server tells that the view has arrived and the address is right. */
export const ARRIVED = "via-navigated";
/** The event by which a request tells that the server does not take it for this tab's. */
export const REFUSED = "via-refused";
