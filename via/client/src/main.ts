// The browser client of via: Datastar's protocol under a strict Content-Security-Policy.
import "./actions";
import "./attributes/bind";
import "./attributes/events";
import "./attributes/show";
import "./attributes/state";
import "./attributes/watch";
import { start } from "./engine";
export { expose } from "./exposed";
import { watchLeaving } from "./leaving";
import { followLinks } from "./navigation";

// First: what waits is to be sent before the page's own farewell.
watchLeaving();
start();
followLinks();
