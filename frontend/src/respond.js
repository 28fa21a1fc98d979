// The answering pages. They work without this file; nothing here is shared with the workspace, so one request is enough.
import "./respond.css";
