// The browser client of via: Datastar's protocol under a strict Content-Security-Policy.
import "./actions";
import "./attributes/bind";
import "./attributes/events";
import "./attributes/show";
import "./attributes/state";
import { start } from "./engine";
import { followLinks } from "./navigation";

start();
followLinks();
