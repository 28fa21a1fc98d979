// The workspace: htmx for fragments, and the few behaviours of behaviours.js. Every page works without this file.
import "./app.css";
import "./icon.svg";

import "htmx.org";

import { watchPage } from "./behaviours.js";

watchPage();
