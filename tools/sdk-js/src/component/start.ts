// What every component begins with: before any of its own modules is read.

import { consoleToLog } from "./console.ts";
import { guard } from "./guard.ts";

guard();
consoleToLog();
