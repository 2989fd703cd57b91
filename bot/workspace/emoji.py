"""Emoji: Slack's names and their characters, for reactions, the picker and ``:name:`` in text."""

from __future__ import annotations

import re

# The most used first in each row; names are Slack's own.
_GROUPS = {
    "Often used": (
        "white_check_mark ✅ +1 👍 eyes 👀 tada 🎉 heavy_check_mark ✔️ x ❌ -1 👎 pencil2 ✏️ warning ⚠️ "
        "heart ❤️ pray 🙏 raised_hands 🙌 rocket 🚀 100 💯 fire 🔥 thinking_face 🤔"
    ),
    "Faces": (
        "smile 😄 smiley 😃 grinning 😀 grin 😁 joy 😂 rolling_on_the_floor_laughing 🤣 sweat_smile 😅 "
        "blush 😊 slightly_smiling_face 🙂 upside_down_face 🙃 wink 😉 heart_eyes 😍 star-struck 🤩 "
        "relaxed ☺️ yum 😋 sunglasses 😎 nerd_face 🤓 partying_face 🥳 hugging_face 🤗 face_with_monocle 🧐 "
        "neutral_face 😐 expressionless 😑 face_with_rolling_eyes 🙄 smirk 😏 grimacing 😬 relieved 😌 "
        "sleeping 😴 sleepy 😪 mask 😷 worried 😟 confused 😕 slightly_frowning_face 🙁 open_mouth 😮 "
        "astonished 😲 flushed 😳 cry 😢 sob 😭 scream 😱 disappointed 😞 sweat 😓 weary 😩 tired_face 😫 "
        "angry 😠 rage 😡 exploding_head 🤯 robot_face 🤖 ghost 👻 see_no_evil 🙈"
    ),
    "Hands and people": (
        "wave 👋 ok_hand 👌 v ✌️ crossed_fingers 🤞 point_up ☝️ point_right 👉 point_left 👈 point_down 👇 "
        "clap 👏 open_hands 👐 handshake 🤝 muscle 💪 raised_hand ✋ hand 🖐️ fist ✊ facepunch 👊 "
        "writing_hand ✍️ facepalm 🤦 shrug 🤷 bow 🙇 man-woman-boy 👪 busts_in_silhouette 👥 brain 🧠 "
        "ear 👂"
    ),
    "Signs": (
        "ballot_box_with_check ☑️ heavy_plus_sign ➕ heavy_minus_sign ➖ question ❓ exclamation ❗ "
        "bangbang ‼️ no_entry ⛔ no_entry_sign 🚫 octagonal_sign 🛑 information_source ℹ️ arrow_right ➡️ "
        "arrow_left ⬅️ arrow_up ⬆️ arrow_down ⬇️ arrows_counterclockwise 🔄 repeat 🔁 fast_forward ⏩ "
        "double_vertical_bar ⏸️ arrow_forward ▶️ black_square_for_stop ⏹️ recycle ♻️ a 🅰️ b 🅱️ new 🆕 ok 🆗 sos 🆘 "
        "one 1️⃣ two 2️⃣ three 3️⃣ four 4️⃣ five 5️⃣ red_circle 🔴 large_orange_circle 🟠 "
        "large_yellow_circle 🟡 large_green_circle 🟢 large_blue_circle 🔵 white_circle ⚪ black_circle ⚫ "
        "small_blue_diamond 🔹 bell 🔔 no_bell 🔕 speech_balloon 💬 thought_balloon 💭 zzz 💤 boom 💥 "
        "star ⭐ sparkles ✨ zap ⚡"
    ),
    "Work": (
        "memo 📝 page_facing_up 📄 page_with_curl 📃 clipboard 📋 bookmark_tabs 📑 books 📚 book 📖 "
        "notebook 📓 file_folder 📁 open_file_folder 📂 card_index_dividers 🗂️ package 📦 inbox_tray 📥 "
        "outbox_tray 📤 paperclip 📎 link 🔗 mag 🔍 mag_right 🔎 bar_chart 📊 chart_with_upwards_trend 📈 "
        "chart_with_downwards_trend 📉 calendar 📅 date 📆 hourglass ⌛ hourglass_flowing_sand ⏳ "
        "stopwatch ⏱️ alarm_clock ⏰ clock3 🕒 computer 💻 keyboard ⌨️ gear ⚙️ wrench 🔧 hammer 🔨 "
        "hammer_and_wrench 🛠️ toolbox 🧰 test_tube 🧪 microscope 🔬 bug 🐛 lock 🔒 unlock 🔓 key 🔑 "
        "email 📧 envelope ✉️ telephone_receiver 📞 loudspeaker 📢 mega 📣 moneybag 💰 dollar 💵 "
        "credit_card 💳 bulb 💡 dart 🎯 trophy 🏆 medal 🏅 first_place_medal 🥇 construction 🚧 "
        "rotating_light 🚨 camera 📷 video_camera 📹 label 🏷️ pushpin 📌 triangular_ruler 📐 "
        "balance_scale ⚖️ shield 🛡️ satellite_antenna 📡 factory 🏭"
    ),
    "Life": (
        "sunny ☀️ partly_sunny ⛅ cloud ☁️ umbrella ☔ snowflake ❄️ rainbow 🌈 ocean 🌊 seedling 🌱 "
        "evergreen_tree 🌲 four_leaf_clover 🍀 rose 🌹 sunflower 🌻 dog 🐶 cat 🐱 unicorn_face 🦄 turtle 🐢 "
        "penguin 🐧 bee 🐝 coffee ☕ tea 🍵 beer 🍺 pizza 🍕 cake 🍰 birthday 🎂 doughnut 🍩 apple 🍎 "
        "avocado 🥑 popcorn 🍿 gift 🎁 balloon 🎈 confetti_ball 🎊 soccer ⚽ musical_note 🎵 art 🎨 "
        "house 🏠 car 🚗 bike 🚲 airplane ✈️ ship 🚢 earth_africa 🌍 world_map 🗺️ broken_heart 💔 "
        "blue_heart 💙 green_heart 💚 yellow_heart 💛 purple_heart 💜"
    ),
}
_ALIASES = {"thumbsup": "+1", "thumbsdown": "-1", "thinking": "thinking_face", "simple_smile": "slightly_smiling_face"}
_SKIN_TONE = re.compile(r"::skin-tone-[2-6]$")


def _pairs(row: str) -> list[tuple[str, str]]:
    words = row.split()
    return list(zip(words[::2], words[1::2], strict=True))


GROUPS: dict[str, list[tuple[str, str]]] = {group: _pairs(row) for group, row in _GROUPS.items()}
CHARACTERS: dict[str, str] = {name: character for pairs in GROUPS.values() for name, character in pairs}


def base_name(name: str) -> str:
    """An emoji's name without colons, skin tone or alias: ``thumbsup::skin-tone-4`` is ``+1``."""
    bare = _SKIN_TONE.sub("", name.strip(":"))
    return _ALIASES.get(bare, bare)


def is_known(name: str) -> bool:
    """Whether the workspace has this emoji."""
    return base_name(name) in CHARACTERS


def character(name: str) -> str:
    """The emoji's character, or ``:name:`` when there is none."""
    return CHARACTERS.get(base_name(name), f":{name}:")
