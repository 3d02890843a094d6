// Everything that a page needs, loaded once. Each module works by delegation or by custom elements, so that
// rows which arrive later need no setting up.
import "./ime.js";
import "./officetime.js";
import "./countdown.js";
import "./settings.js";
import "./dialogs.js";
import "./keys.js";
import { comeBack } from "./focus.js";
import "./toasts.js";
import "./forms.js";
import "./pending.js";
import "./combobox.js";
import "./palette.js";
import "./live.js";
import "./sound.js";
import "./calendar.js";
import "./print.js";
import "./seat.js";
import "./wall.js";
import "./drill.js";

comeBack();
document.documentElement.dataset.ready = "";
